"""Spoilt documents: no exception, no hang, no fact without provenance.

A hundred fixed inputs here; ten thousand by `benchmarks/fuzz_extraction.py`.
"""

import time
from dataclasses import dataclass
from random import Random

import pytest

from benchmarks import fuzzing
from dagster_pipelines.extraction import extract_text


@dataclass
class Said:
    facts: list


def good(**changes: object) -> dict[str, object]:
    return {"line": 1, "position": 1, "printed": "1 234"} | changes


def test_every_mutation_changes_its_text_and_is_made_again_by_its_seed():
    text = fuzzing.generate(1, "clean").text
    for name, mutate in fuzzing.MUTATIONS.items():
        assert mutate(text, Random(name)) != text
        assert mutate(text, Random(name)) == mutate(text, Random(name))
    assert fuzzing.mutated(7) == fuzzing.mutated(7) != fuzzing.mutated(8)


@pytest.mark.parametrize(
    "facts",
    [
        [good(line=0)],
        [good(line=2)],
        [good(position=0)],
        [good(printed="")],
        [good(printed=" ")],
        [good(printed="1 235")],
        [good(printed=None)],
        [good(), good()],
        [{"printed": "1 234"}],
        None,
    ],
)
def test_the_check_sees_a_fact_without_provenance(facts):
    assert fuzzing.problem_of(lambda text: Said(facts), "Summa 1 234")


def test_the_check_sees_exceptions_and_hangs_and_passes_what_is_right(monkeypatch):
    def fails(text: str) -> Said:
        raise KeyError("x")

    def hangs(text: str) -> Said:
        try:
            time.sleep(5)
        except Exception:  # an extractor that swallows everything must not hide a hang
            return Said([])
        return Said([])

    def burns(text: str) -> Said:
        while True:
            pass

    monkeypatch.setattr(fuzzing, "TIME_BOUND_SECONDS", 0.05)
    assert "KeyError" in fuzzing.problem_of(fails, "x")
    assert "more than" in fuzzing.problem_of(hangs, "x")
    assert "more than" in fuzzing.problem_of(burns, "x")
    assert fuzzing.problem_of(lambda text: Said([good()]), "Summa 1 234") == ""


@pytest.mark.parametrize("start", range(0, 100, 20))
def test_spoilt_documents_keep_the_promises(start):
    failures = [
        failure
        for seed in range(start, start + 20)
        if (failure := fuzzing.try_seed(extract_text, seed))
    ]
    assert failures == []

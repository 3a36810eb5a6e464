"""A regression is told, the questions are held against each other, readers are counted."""

from pathlib import Path

import duckdb
import pytest

from benchmarks import bench, questions
from benchmarks.bench import Figure
from dagster_pipelines.settings import Settings

RUN = dict.fromkeys(("time", "revision", "machine", "python", "dbt", "duckdb"), "x")


def test_the_history_gives_back_the_last_figures_of_the_same_machine_and_size(
    tmp_path: Path,
) -> None:
    history = tmp_path / "historik.csv"
    assert bench.last(history, "x", "small") == {}
    bench.add(history, RUN, "small", [Figure("full", 2.0), Figure("gone", 1.0)])
    bench.add(history, RUN, "small", [Figure("full", 3.0)])
    bench.add(history, {**RUN, "machine": "y"}, "small", [Figure("full", 9.0)])
    bench.add(history, RUN, "nation", [Figure("full", 8.0)])
    assert bench.last(history, "x", "small") == {"full": 3.0, "gone": 1.0}
    assert len(history.read_text("utf-8").splitlines()) == 6  # one heading


@pytest.mark.parametrize(
    ("value", "before", "more", "said", "worse"),
    [
        (2.0, None, False, "", False),
        (1.0, 1.0, False, "+0 %", False),
        (1.1, 1.0, False, "+10 %", False),
        (1.2, 1.0, False, "+20 %", True),
        (0.5, 1.0, False, "-50 %", False),
        (1.2, 1.0, True, "+20 %", False),
        (0.5, 1.0, True, "-50 %", True),
        (0.0, 1.0, True, "-100 %", True),
        (3.0, 0.0, False, "new", True),  # readers refused, where none was
        (0.0, 0.0, False, "", False),
    ],
)
def test_what_has_become_worse_is_told(
    value: float, before: float | None, more: bool, said: str, worse: bool
) -> None:
    assert bench.change(Figure("f", value, more=more), before) == (said, worse)


def test_percentiles_are_in_milliseconds() -> None:
    found = questions.percentiles([number / 1000 for number in range(1, 102)])
    assert found == {"p50": 51.0, "p95": 96.0, "p99": 100.0, "max": 101.0}
    with pytest.raises(ValueError, match="fewer than two"):
        questions.percentiles([1.0])


def test_every_question_has_the_same_answer_in_every_layout(
    refreshed_home: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`measure` ends when one has not: shown by a layout that has lost a row."""
    settings = refreshed_home
    result = questions.measure(settings, 1, folder=tmp_path)
    assert len(result["rows"]) == 25
    assert set(result["wall"]) == {"published", "plain", "parquet"}
    for path in tmp_path.iterdir():
        path.unlink()
    faulty = tmp_path / "fel.duckdb"
    with questions._beside(faulty, settings) as (con, tables):
        for schema, name, _ in tables:
            con.execute(f"create table {schema}.{name} as from finsam.{schema}.{name}")
        con.execute("delete from marts.rpt_nyckeltal where rowid = 0")

    def lossy(_: Settings, __: Path) -> object:
        return duckdb.connect(faulty, read_only=True)

    monkeypatch.setattr(questions, "LAYOUTS", {"published": questions.published, "lossy": lossy})
    with pytest.raises(SystemExit, match="answered otherwise by lossy"):
        questions.measure(settings, 1, folder=tmp_path)

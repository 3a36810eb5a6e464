"""The runner is never green by accident."""

import json

import pyarrow as pa
import pytest

from expectations import loading, runner
from expectations.frames import marts_frames


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """Write a suite file of these expectations, named `prov`."""

    def write(*expectations):
        content = {"name": "prov", "notes": "Prov.", "expectations": list(expectations)}
        (tmp_path / "prov.json").write_text(json.dumps(content), encoding="utf-8")
        monkeypatch.setattr(loading, "SUITES", tmp_path)
        runner.warm.cache_clear()

    yield write
    runner.warm.cache_clear()


def expectation(kind, **kwargs):
    meta = {"namn": "prov", "frame": "t", "notes": "Prov."}
    return {"type": kind, "kwargs": kwargs, "meta": meta, "severity": "critical"}


TABLE = pa.table({"a": [1, None], "b": [1, 2]})


def test_exception_inside_an_expectation_is_not_green(suite):
    suite(expectation("expect_column_values_to_not_be_null", column="saknas"))
    result = runner.validate("prov", {"t": TABLE})
    assert not result.success
    assert result.evaluated == 0
    assert "saknas" in result.exceptions[0]


def test_suite_that_evaluates_nothing_is_not_green(suite):
    suite()
    assert not runner.validate("prov", {}).success


def test_missing_frame_is_not_green(suite):
    suite(expectation("expect_column_to_exist", column="a"))
    result = runner.validate("prov", {})
    assert (result.success, result.evaluated) == (False, 0)
    assert "Underlaget t saknas för prov." in result.exceptions


def test_frame_that_nothing_asks_for_is_not_green(suite):
    suite(expectation("expect_column_to_exist", column="a"))
    result = runner.validate("prov", {"t": TABLE, "u": TABLE})
    assert result.exceptions == ["Underlaget u prövas inte av prov."]
    assert not result.success


def test_row_that_cannot_be_judged_is_an_offending_row(suite):
    suite(expectation("expect_conservation", column_list=["a", "b"]))
    result = runner.validate("prov", {"t": TABLE})
    assert [(one["a"], one["b"], one["antal"]) for one in result.failures] == [(None, 2, 2)] or (
        [one["antal"] for one in result.failures] == [1]
    )
    assert not result.success


@pytest.mark.parametrize(
    "refused",
    [
        expectation("expect_the_best", column="a"),
        expectation("expect_column_values_to_not_be_null", kolumn="a"),
        expectation("expect_column_to_exist", column="a"),
    ],
    ids=["unknown type", "unknown argument", "same name"],
)
def test_expectation_that_the_library_would_drop_is_an_error(suite, refused):
    suite(expectation("expect_column_to_exist", column="a"), refused)
    with pytest.raises(ValueError, match=r"refused or named twice|extra fields not permitted"):
        runner.validate("prov", {"t": TABLE})


def test_only_so_many_rows_are_listed_but_all_are_counted(suite):
    suite(expectation("expect_column_values_to_be_in_set", column="a", value_set=[0]))
    result = runner.validate("prov", {"t": pa.table({"a": list(range(1, 1001))})})
    assert len(result.failures) == runner.MAX_ROWS
    assert {one["antal"] for one in result.failures} == {1000}


def test_verdict_is_not_taken_on_trust(lager):
    """A break labelled 'håller' by mistake is still red."""
    lager.execute("update seeds.kand_avvikelse set differens = 0")
    frames = marts_frames(lager)
    table = frames["identiteter"]
    utfall = pa.array(["håller" if one == "brott" else one for one in table["utfall"].to_pylist()])
    frames["identiteter"] = table.set_column(table.column_names.index("utfall"), "utfall", utfall)
    failed = {one["expectation"] for one in runner.validate("marts", frames).failures}
    assert "identitet.RR1" in failed


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("4369942.00", "4\N{NO-BREAK SPACE}369\N{NO-BREAK SPACE}942"),
        ("-0.50", "−0,50"),
        (1000, "1\N{NO-BREAK SPACE}000"),
        (None, "–"),
        ("2022-06-30", "2022-06-30"),
        ("alfa_2022.delar", "alfa_2022.delar"),
        (True, "True"),
    ],
)
def test_values_are_written_for_a_swedish_reader(value, shown):
    assert runner._shown(value) == shown

"""Evaluates a suite file on frames and says which rows offend.

Belongs here: loading suites/*.json, calling Great Expectations, reading its results. Does not
belong here: any expectation (they live in the suite files), reading the warehouse (frames.py) or
the process boundary (worker.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

import pandas as pd
import pyarrow as pa

from expectations import custom, gx  # isort: skip  # before great_expectations: see gx.py
from great_expectations.core import (
    ExpectationSuite,
    ExpectationSuiteValidationResult,
    ExpectationValidationResult,
)
from great_expectations.datasource.fluent.interfaces import Batch

from expectations.loading import load_suite
from expectations.result import GuardResult

assert custom  # imported to register its expectations

MAX_ROWS: Final = 100
"""Offending rows listed per expectation; `antal` always says how many there are."""


@dataclass(frozen=True)
class Run:
    """A suite's outcome and when, and what Great Expectations said of each frame (Data Docs)."""

    result: GuardResult
    validations: dict[str, ExpectationSuiteValidationResult]
    tried_at: datetime = field(default_factory=lambda: datetime.now(UTC))


@dataclass
class _Tally:
    evaluated: int = 0
    failures: list[dict[str, Any]] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    outcomes: list[dict[str, Any]] = field(default_factory=list)
    validations: dict[str, ExpectationSuiteValidationResult] = field(default_factory=dict)


@lru_cache(maxsize=8)
def warm(name: str) -> dict[str, ExpectationSuite]:
    """The suite as one Great Expectations suite per frame.

    Raises ValueError for an expectation that the library refuses: it would drop it in silence.
    """
    by_frame: dict[str, list[dict[str, Any]]] = {}
    for expectation in load_suite(name)["expectations"]:
        meta = expectation["meta"]
        by_frame.setdefault(meta["frame"], []).append({**expectation, "description": meta["notes"]})
    suites = {
        frame: ExpectationSuite(name=f"{name}.{frame}", expectations=expectations)
        for frame, expectations in by_frame.items()
    }
    for frame, suite in suites.items():
        kept = {(expectation.meta or {})["namn"] for expectation in suite.expectations}
        refused = [one for one in by_frame[frame] if one["meta"]["namn"] not in kept]
        if refused or len(kept) != len(by_frame[frame]):
            names = [f"{one['meta']['namn']} ({one['type']})" for one in refused or by_frame[frame]]
            raise ValueError(f"{name}.json: refused or named twice: {', '.join(names)}")
    return suites


def validate(suite: str, frames: Mapping[str, pa.Table]) -> GuardResult:
    """Evaluate every expectation of a suite on the frame that it names (see `run`)."""
    return run(suite, frames).result


def run(suite: str, frames: Mapping[str, pa.Table]) -> Run:
    """Evaluate a suite, keeping the library's own results too.

    Green only when each expectation was evaluated, none raised and all held; a frame that is
    missing, or that no expectation asks for, is an exception, never silence.
    """
    tally = _Tally()
    expected = warm(suite)
    for name in sorted(expected.keys() | frames.keys()):
        if name not in frames:
            tally.exceptions.append(f"Underlaget {name} saknas för {suite}.")
        elif name not in expected:
            tally.exceptions.append(f"Underlaget {name} prövas inte av {suite}.")
        else:
            _validate_frame(expected[name], name, frames[name], tally)
    wanted = len(load_suite(suite)["expectations"])
    if tally.evaluated != wanted:
        tally.exceptions.append(f"{tally.evaluated} av {wanted} förväntningar är prövade.")
    held = all(outcome["success"] for outcome in tally.outcomes)
    result = GuardResult(
        suite=suite,
        success=held and not tally.failures and not tally.exceptions and tally.evaluated > 0,
        evaluated=tally.evaluated,
        failures=tally.failures,
        exceptions=tally.exceptions,
        outcomes=sorted(tally.outcomes, key=lambda outcome: outcome["ordning"]),
    )
    return Run(result=result, validations=tally.validations)


def _validate_frame(suite: ExpectationSuite, name: str, table: pa.Table, tally: _Tally) -> None:
    results = _batch(name, table).validate(
        suite,
        result_format={
            "result_format": "COMPLETE",
            "unexpected_index_column_names": table.column_names,
            "return_unexpected_index_query": False,
        },
    )
    tally.validations[name] = results
    order = {
        expectation["meta"]["namn"]: number
        for number, expectation in enumerate(load_suite(suite.name.split(".")[0])["expectations"])
    }
    for result in results.results:
        _read(result, order, tally)


def _batch(name: str, table: pa.Table) -> Batch:
    """A pandas batch that keeps DECIMAL exact: Arrow-backed columns."""
    frame = table.to_pandas(types_mapper=pd.ArrowDtype)
    source = gx.ephemeral_context().data_sources.add_pandas("frames")
    definition = source.add_dataframe_asset(name).add_batch_definition_whole_dataframe(name)
    return definition.get_batch(batch_parameters={"dataframe": frame})


def _read(result: ExpectationValidationResult, order: Mapping[str, int], tally: _Tally) -> None:
    config = result.expectation_config
    assert config is not None
    meta: dict[str, Any] = dict(config.meta or {})
    raised = list(_exceptions(result.exception_info or {}))
    tally.exceptions += [f"{meta['namn']} kunde inte prövas: {message}" for message in raised]
    tally.evaluated += not raised
    found = dict(result.result or {})
    rows = [_plain(row) for row in found.get("unexpected_index_list") or []]
    antal = int(found.get("unexpected_count") or 0) or (0 if result.success else 1)
    common = {
        "expectation": meta["namn"],
        "severity": str(getattr(config.severity, "value", config.severity)),
        "frame": meta["frame"],
    }
    if not result.success and not raised:
        for row in rows[:MAX_ROWS] or [{"observed": _plain_value(found.get("observed_value"))}]:
            tally.failures.append(
                {**row, **common, "antal": antal, "sentence": _sentence(meta, row)}
            )
    tally.outcomes.append(
        {
            **common,
            "ordning": order[meta["namn"]],
            "type": config.type,
            "sentence": meta["notes"],
            "success": bool(result.success) and not raised,
            "antal_rader": found.get("element_count"),
            "antal_fel": antal,
            "observed": _plain_value(found.get("observed_value")),
        }
    )


def _exceptions(info: Mapping[str, Any]) -> Iterable[str]:
    """The messages in an exception_info, which is flat or keyed by metric."""
    if "raised_exception" in info:
        if info["raised_exception"]:
            yield str(info.get("exception_message"))
        return
    for nested in info.values():
        yield from _exceptions(nested) if isinstance(nested, Mapping) else [str(nested)]


def _sentence(meta: Mapping[str, Any], row: Mapping[str, Any]) -> str:
    template = meta.get("mening")
    if template is None or "observed" in row:
        return str(meta["notes"])
    return str(template).format_map(_Shown(row))


class _Shown(dict[str, Any]):
    """A row whose values are written for a Swedish reader when a sentence asks for them."""

    def __getitem__(self, column: str) -> str:
        return _shown(self.get(column))


def _shown(value: Any) -> str:
    """A value as a Swedish reader writes it: 4 369 942, −0,50, or – for nothing."""
    if value is None:
        return "–"
    if isinstance(value, str):
        try:
            number = Decimal(value) if "." in value else None
        except ArithmeticError:
            return value
        if number is None:
            return value
        value = number.to_integral_value() if number == number.to_integral_value() else number
    elif isinstance(value, bool) or not isinstance(value, int):
        return str(value)
    return f"{value:,}".replace(",", "\N{NO-BREAK SPACE}").replace(".", ",").replace("-", "−")


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: _plain_value(value) for column, value in row.items()}


def _plain_value(value: Any) -> Any:
    """JSON's types; DECIMAL and dates as text, so that nothing passes through a float."""
    if isinstance(value, list | tuple | set):
        return [_plain_value(one) for one in value]
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, bool | int | float | str):
        return value
    return value.item() if hasattr(value, "item") else str(value)

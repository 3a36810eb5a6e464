"""Expectations the library lacks: identities, verdicts, coverage, orphan keys, conservation.

Belongs here: expectation classes and the metric behind each, evaluated row by row on Arrow-backed
pandas frames (see frames.py), so that each offending row stands in the result. Does not belong
here: which of them apply to what (suites/*.json) or their sentences.

A row that cannot be judged (a number missing) is an offending row, never a passing one.
"""

from collections.abc import Callable
from typing import Any, ClassVar, Final, Literal

import pandas as pd

from expectations import gx as _gx  # isort: skip  # noqa: F401  first: see gx.py
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import MulticolumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_condition_partial import (  # noqa: E501
    multicolumn_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.multicolumn_map_metric_provider import (  # noqa: E501
    MulticolumnMapMetricProvider,
)

from expectations.identiteter import AVRUNDNING, EJ_PROVBAR, HALLER, KAND_AVVIKELSE

Judge = Callable[[pd.DataFrame], pd.Series]
NEVER: Final = "never"
IDENTITY: Final = ["summa", "led", "differens", "tolerans", "utfall"]
VERDICTS: Final = ["utfall", "utfall_dbt", "differens", "differens_dbt"]
TRIED: Final = ["provbar", "utfall", "utfall_dbt"]
ORPHANS: Final = ["antal_foraldralosa", "antal_utan_nyckel"]


def _row_metric(name: str, judge: Judge) -> str:
    """Register a metric that asks `judge` which rows are right; returns its name."""

    def judged(_cls: type, column_list: pd.DataFrame, **_kwargs: Any) -> pd.Series:
        return _true(judge(column_list))

    metric = f"multicolumn_values.finsam_{name}"
    members = {
        "condition_metric_name": metric,
        "condition_domain_keys": ("batch_id", "column_list", "row_condition", "ignore_row_if"),
        "_pandas": multicolumn_condition_partial(engine=PandasExecutionEngine)(judged),
    }
    type(f"FinsamMetric_{name}", (MulticolumnMapMetricProvider,), members)  # registers itself
    return metric


def _true(condition: pd.Series) -> pd.Series:
    """Plain booleans; what cannot be judged is not true (the library reads NA as met)."""
    return condition.fillna(False).astype(bool)


def _identity_holds(row: pd.DataFrame) -> pd.Series:
    exact = _true(row["summa"] - row["led"] == row["differens"])
    meets = _true(row["differens"] <= row["tolerans"]) & _true(-row["differens"] <= row["tolerans"])
    excused = _true(row["utfall"].isin([EJ_PROVBAR, KAND_AVVIKELSE]))
    return excused | (_true(row["utfall"].isin([HALLER, AVRUNDNING])) & meets & exact)


def _same_verdict(row: pd.DataFrame) -> pd.Series:
    untried = _true(row["utfall"] == EJ_PROVBAR)
    same_size = _true(row["differens"] == row["differens_dbt"])
    return _true(row["utfall"] == row["utfall_dbt"]) & (untried | same_size)


def _rule_tried(row: pd.DataFrame) -> pd.Series:
    answered = row["utfall"].notna() & row["utfall_dbt"].notna()
    return answered & ~(_true(row["utfall"] == EJ_PROVBAR) & _true(row["provbar"]))


def _no_orphans(row: pd.DataFrame) -> pd.Series:
    return _true(row["antal_foraldralosa"] == 0) & _true(row["antal_utan_nyckel"] == 0)


def _conserved(row: pd.DataFrame) -> pd.Series:
    whole, first, *others = row.columns
    total = row[first]
    for other in others:
        total = total + row[other]
    return row[whole] == total


class ExpectIdentityToHold(MulticolumnMapExpectation):
    """An identity holds by the interval rule, or its break is a known deviation of that size.

    The verdict is not taken on trust: 'håller' and 'avrundning' must follow from the numbers.
    """

    column_list: list[str] = IDENTITY
    ignore_row_if: Literal["never"] = NEVER
    map_metric: ClassVar[str] = _row_metric("identity_holds", _identity_holds)


class ExpectSameVerdict(MulticolumnMapExpectation):
    """The guard and dbt, each by its own reading of the rule, reach the same verdict and size."""

    column_list: list[str] = VERDICTS
    ignore_row_if: Literal["never"] = NEVER
    map_metric: ClassVar[str] = _row_metric("same_verdict", _same_verdict)


class ExpectRuleToBeTried(MulticolumnMapExpectation):
    """Every rule has a verdict from both, and is tried wherever total and part are printed."""

    column_list: list[str] = TRIED
    ignore_row_if: Literal["never"] = NEVER
    map_metric: ClassVar[str] = _row_metric("rule_tried", _rule_tried)


class ExpectNoOrphanKeys(MulticolumnMapExpectation):
    """Each key of a fact table is in its dimension, and none is missing where there is an id."""

    column_list: list[str] = ORPHANS
    ignore_row_if: Literal["never"] = NEVER
    map_metric: ClassVar[str] = _row_metric("no_orphan_keys", _no_orphans)


class ExpectConservation(MulticolumnMapExpectation):
    """Nothing is lost or made up: the first column of `column_list` is the sum of the others."""

    ignore_row_if: Literal["never"] = NEVER
    map_metric: ClassVar[str] = _row_metric("conservation", _conserved)

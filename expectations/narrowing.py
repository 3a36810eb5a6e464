"""Which rows of a large frame the guard has to see: those that can fail, found in the engine.

Belongs here: each kind of expectation as a condition in SQL, made from the suite file, and the
choice of rows. Does not belong here: judging. The guard judges the rows that are chosen, by the
same suite; the engine only says which rows cannot be wrong and need not leave it.

A frame of at most WHOLE rows goes as it is. Of a larger one go the rows that fail some condition
(WHOLE of them when they are more: red is red), those whose key is not theirs alone, and a few of
the others.
"""

from collections.abc import Callable, Mapping
from typing import Any, Final

import duckdb
import pyarrow as pa

from expectations.loading import load_suite

WHOLE: Final = 10_000
SAMPLE: Final = 100
"""Rows without a fault that go along, so that types and columns are tried on real ones."""

Kwargs = Mapping[str, Any]


def narrowed(
    con: duckdb.DuckDBPyConnection, suite: str, frame: str, relation: str, whole: int = WHOLE
) -> pa.Table:
    """The rows of `relation` (a table name or a subquery in parentheses) for a frame of a suite.

    Raises:
        ValueError: the suite has a kind of expectation that no condition is known for.
    """
    count = con.execute(f"select count(*) from {relation} as f").fetchall()[0][0]
    if count <= whole:
        return con.sql(f"select * from {relation} as f").to_arrow_table()
    parts = [f"(select * from {relation} as f limit {SAMPLE})"]
    parts += [
        f"(select * from {relation} as f where {failing} limit {WHOLE})"
        for failing in conditions(suite, frame)
    ]
    parts += [
        f"(select * from {relation} as f where {key} in (select {key} from {relation} as g "
        f"group by all having count(*) > 1) limit {WHOLE})"
        for key in _keys(suite, frame)
    ]
    parts += [
        f"(select unnest(any_value(f)) from {relation} as f group by {column})"
        for column in _listed(suite, frame)
    ]
    return con.sql(" union all ".join(parts)).to_arrow_table()


def conditions(suite: str, frame: str) -> list[str]:
    """What is true of a row that fails, in one condition; none when no row can fail alone."""
    failing = [
        f"({_where(kwargs.get('row_condition'))} and not coalesce({holds(kwargs)}, false))"
        for kind, kwargs in _expectations(suite, frame)
        if (holds := CONDITIONS[kind]) is not None
    ]
    return [" or ".join(failing)] if failing else []


def _expectations(suite: str, frame: str) -> list[tuple[str, Kwargs]]:
    found = [
        (one["type"], one["kwargs"])
        for one in load_suite(suite)["expectations"]
        if one["meta"]["frame"] == frame
    ]
    if unknown := sorted({kind for kind, _ in found} - CONDITIONS.keys()):
        raise ValueError(f"{suite}.{frame}: no condition in SQL for {', '.join(unknown)}")
    return found


def _keys(suite: str, frame: str) -> list[str]:
    """What must be unique, each as a row of columns."""
    return [
        f"({', '.join(kwargs.get('column_list') or [kwargs['column']])})"
        for kind, kwargs in _expectations(suite, frame)
        if kind in UNIQUE
    ]


def _listed(suite: str, frame: str) -> list[str]:
    """Columns of which every value must reach the guard."""
    return [
        str(kwargs["column"])
        for kind, kwargs in _expectations(suite, frame)
        if kind == "expect_column_distinct_values_to_contain_set"
    ]


# --- when a row holds, by the kind of expectation -----------------------------------------------


def _literal(value: Any) -> str:
    if isinstance(value, bool | int | float):
        return str(value).lower()
    return "'{}'".format(str(value).replace("'", "''"))


def _filled(kwargs: Kwargs) -> str:
    return f"{kwargs['column']} is not null"


def _empty(kwargs: Kwargs) -> str:
    return f"{kwargs['column']} is null"


def _in_set(kwargs: Kwargs) -> str:
    values = ", ".join(_literal(value) for value in kwargs["value_set"])
    return f"({kwargs['column']} is null or {kwargs['column']} in ({values}))"


def _matches(kwargs: Kwargs) -> str:
    return (
        f"({kwargs['column']} is null "
        f"or regexp_matches({kwargs['column']}, {_literal(kwargs['regex'])}))"
    )


def _between(kwargs: Kwargs) -> str:
    column = kwargs["column"]
    limits = [
        f"{column} {sign} {_literal(kwargs[limit])}"
        for limit, sign in (("min_value", ">="), ("max_value", "<="))
        if kwargs.get(limit) is not None
    ]
    return f"({column} is null or ({' and '.join(limits)}))"


def _in_order(kwargs: Kwargs) -> str:
    later, earlier = kwargs["column_A"], kwargs["column_B"]
    return f"({later} is null or {earlier} is null or {later} >= {earlier})"


def _identity(_: Kwargs) -> str:
    return (
        "(utfall in ('ej prövbar', 'känd avvikelse') or (utfall in ('håller', 'avrundning') "
        "and abs(differens) <= tolerans and summa - led = differens))"
    )


def _same_verdict(_: Kwargs) -> str:
    return "(utfall = utfall_dbt and (utfall = 'ej prövbar' or differens = differens_dbt))"


def _tried(_: Kwargs) -> str:
    answered = "utfall is not null and utfall_dbt is not null"
    return f"({answered} and not (utfall = 'ej prövbar' and provbar))"


def _no_orphans(_: Kwargs) -> str:
    return "(antal_foraldralosa = 0 and antal_utan_nyckel = 0)"


def _conserved(kwargs: Kwargs) -> str:
    whole, *parts = kwargs["column_list"]
    return f"{whole} = {' + '.join(parts)}"


CONDITIONS: Final[Mapping[str, Callable[[Kwargs], str] | None]] = {
    "expect_column_values_to_not_be_null": _filled,
    "expect_column_values_to_be_null": _empty,
    "expect_column_values_to_be_in_set": _in_set,
    "expect_column_values_to_match_regex": _matches,
    "expect_column_values_to_be_between": _between,
    "expect_column_pair_values_a_to_be_greater_than_b": _in_order,
    "expect_identity_to_hold": _identity,
    "expect_same_verdict": _same_verdict,
    "expect_rule_to_be_tried": _tried,
    "expect_no_orphan_keys": _no_orphans,
    "expect_conservation": _conserved,
    # of the table, not of a row: any row tells
    "expect_table_columns_to_match_set": None,
    "expect_table_row_count_to_be_between": None,
    "expect_column_values_to_be_of_type": None,
    # of several rows: see _keys and _listed
    "expect_column_values_to_be_unique": None,
    "expect_compound_columns_to_be_unique": None,
    "expect_column_distinct_values_to_contain_set": None,
}
UNIQUE: Final = {"expect_column_values_to_be_unique", "expect_compound_columns_to_be_unique"}
SIGNS: Final = {"==": "=", "!=": "<>"}


def _where(condition: Mapping[str, Any] | None) -> str:
    """A row_condition of Great Expectations as SQL; true where there is none."""
    if condition is None:
        return "true"
    if condition["type"] == "and":
        return " and ".join(_where(one) for one in condition["conditions"])
    column = condition["column"]["name"]
    if condition["type"] == "nullity":
        return f"{column} is {'' if condition['is_null'] else 'not '}null"
    return f"{column} {SIGNS[condition['operator']]} {_literal(condition['parameter'])}"

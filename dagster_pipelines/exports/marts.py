"""What each mart is, as its YAML and the staged database say: names, types, keys, headings.

Belongs here: reading `models/marts/*.yml` and DuckDB's catalogue into one description that every
export prints from. Does not belong here: any description of its own.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

import duckdb
import yaml

from dagster_pipelines.exports import CSV, PARQUET
from dagster_pipelines.settings import PROJECT_DIR

DIVIDED_BY = "forbund_id"
WHOLE_ROWS = 100_000
"""A mart with more rows than this is divided, one file per förbund, so that one new report writes
anew the files of its förbund alone; and it has no index, which would be as large as its rows."""
MOST_PARTS = 1_000
"""Of more förbund than this, those whose ids begin alike share a file: ten thousand small files
cost more than the rows in them."""
CSV_ROWS = 2_000_000
"""A mart with more rows than this (twice the country's largest) has no CSV files: they take ten
times the room of everything else."""
LEADING = 8
Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Column:
    """A column: `type` is DuckDB's; `rubrik` is its name for people, `description` its meaning."""

    name: str
    type: str
    required: bool = False
    description: str = ""
    rubrik: str = ""

    @property
    def is_text(self) -> bool:
        """Whether a spreadsheet could take its values for formulas."""
        return self.type == "VARCHAR"

    @property
    def is_number(self) -> bool:
        """Whether its values are amounts or counts."""
        return self.type.startswith("DECIMAL") or self.type in {"INTEGER", "BIGINT"}

    @property
    def is_key(self) -> bool:
        """Whether it is a hash that joins tables and tells a person nothing."""
        return _is_key(self.name)


@dataclass(frozen=True)
class Mart:
    """A published table: columns in order, keys, and texts (`meta` holds grain, titel, blad).

    `parts` are the files that a large one is divided into in Parquet and CSV, by name, with the
    förbund of each; none for a small one.
    """

    name: str
    columns: Sequence[Column]
    rows: int
    description: str = ""
    primary_key: Sequence[str] = ()
    references: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    meta: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def kinds(self) -> Sequence[str]:
        """What it is exported as, beside the workbook."""
        return (PARQUET,) if self.rows > CSV_ROWS else (PARQUET, CSV)

    def files(self, kind: str) -> list[str]:
        """Its Parquet or CSV files, by name within the version: one, one per part, or none."""
        if kind not in self.kinds:
            return []
        if not self.parts:
            return [f"{kind}/{self.name}.{kind}"]
        return [f"{kind}/{self.name}/{part}.{kind}" for part in self.parts]

    @cached_property
    def in_order(self) -> str:
        """The columns to sort by: as people would, not by the hashes, and the key to be sure."""
        return in_order([column.name for column in self.columns], self.primary_key)


def in_order(columns: Sequence[str], primary_key: Sequence[str]) -> str:
    """SQL to sort a mart by: `a, b`.

    The leading columns are those that tell rows apart; a sort by every column of a wide table
    takes many times as long.
    """
    names = [name for name in columns if not _is_key(name)]
    if primary_key:
        names = [*names[:LEADING], *primary_key]
    return ", ".join(f'"{name}"' for name in names) or "all"


def _is_key(name: str) -> bool:
    return name.endswith("_key")


def primary_key(
    con: duckdb.DuckDBPyConnection, mart: str, project: Path = PROJECT_DIR
) -> tuple[str, ...]:
    """The primary key of a mart: by its index where it has one, else by its contract."""
    columns = _described(project / "models" / "marts").get(mart, {}).get("columns", [])
    key = [c["name"] for c in columns if {"type": "primary_key"} in c.get("constraints", [])]
    there = con.execute(
        "select column_name from duckdb_columns() where database_name = current_database() "
        "and schema_name = 'marts' and table_name = ?",
        [mart],
    ).fetchall()
    return _index(con, mart) or tuple(name for name in key if (name,) in there)


def key_without_index(con: duckdb.DuckDBPyConnection, mart: str) -> tuple[str, ...]:
    """The primary key that an index is still to be made of; none of a large mart's."""
    ((rows,),) = con.execute(f'select count(*) from marts."{mart}"').fetchall()
    return () if rows > WHOLE_ROWS or _index(con, mart) else primary_key(con, mart)


def _index(con: duckdb.DuckDBPyConnection, mart: str) -> tuple[str, ...]:
    found = con.execute(
        "select constraint_column_names from duckdb_constraints() where schema_name = 'marts' "
        "and constraint_type = 'PRIMARY KEY' and database_name = current_database() "
        "and table_name = ?",
        [mart],
    ).fetchall()
    return tuple(found[0][0]) if found else ()


def read_marts(con: duckdb.DuckDBPyConnection, project: Path = PROJECT_DIR) -> list[Mart]:
    """The marts of the database of `con`, by name, described by the project's YAML where it does.

    References are to marts of the same database alone, by column: `{column: (mart, column)}`.
    """
    described = _described(project / "models" / "marts")
    posts = _posts(con)
    tables = con.execute(
        "select table_name, list((column_name, data_type, not is_nullable) order by column_index) "
        "from duckdb_columns() where schema_name = 'marts' "
        "and database_name = current_database() group by table_name order by table_name"
    ).fetchall()
    names = {name for name, _ in tables}
    found = []
    for name, columns in tables:
        model = described.get(name, {})
        texts = {column["name"]: column for column in model.get("columns", [])}
        ((rows,),) = con.execute(f'select count(*) from marts."{name}"').fetchall()
        found.append(
            Mart(
                name,
                [_column(column, texts.get(column[0], {}), posts) for column in columns],
                rows,
                model.get("description", ""),
                primary_key(con, name, project),
                {c: to for c, to in _references(texts) if to[0] in names},
                model.get("config", {}).get("meta", {}),
                _parts(con, name, {c for c, _, _ in columns}) if rows > WHOLE_ROWS else {},
            )
        )
    return found


def _parts(
    con: duckdb.DuckDBPyConnection, mart: str, columns: Container[str]
) -> dict[str, list[str]]:
    """The förbund to divide a mart by; none where it has rows of no förbund."""
    if DIVIDED_BY not in columns:
        return {}
    found = con.execute(f'select distinct {DIVIDED_BY} from marts."{mart}" order by 1').fetchall()
    return {} if (None,) in found else divided([forbund for (forbund,) in found])


def divided(forbund: Sequence[str]) -> dict[str, list[str]]:
    """A file for each, or for those whose first letters are the same: `{name: [forbund_id, …]}`.

    By as many letters as give no more than MOST_PARTS, so that a new förbund moves no other.
    """
    length = max(map(len, forbund), default=0)
    while length > 1 and len({each[:length] for each in forbund}) > MOST_PARTS:
        length -= 1
    parts: dict[str, list[str]] = {}
    for each in forbund:
        parts.setdefault(each[:length], []).append(each)
    return parts


def _column(
    stored: tuple[str, str, bool], text: Mapping[str, Any], posts: Mapping[str, str]
) -> Column:
    name, kind, required = stored
    meta = text.get("config", {}).get("meta", {})
    return Column(
        name,
        kind,
        required,
        text.get("description", ""),
        meta.get("rubrik") or posts.get(name) or name,
    )


def _posts(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The Swedish name of each post, by the name of its column in a wide table."""
    there = con.execute(
        "select 1 from duckdb_tables() where schema_name = 'marts' and table_name = 'dim_post' "
        "and database_name = current_database()"
    ).fetchall()
    return dict(
        con.execute("select post_code, post from marts.dim_post").fetchall() if there else ()
    )


@cache
def _described(folder: Path) -> dict[str, dict[str, Any]]:
    models: dict[str, dict[str, Any]] = {}
    for path in sorted(folder.glob("*.yml")):
        content = yaml.load(path.read_text(encoding="utf-8"), Loader)  # noqa: S506 (a safe loader)
        models.update({model["name"]: model for model in content.get("models", [])})
    return models


def _references(columns: Mapping[str, Any]) -> list[tuple[str, tuple[str, str]]]:
    """The relationships that a build tests, so that they are true of what is published."""
    return [
        (name, (test["relationships"]["arguments"]["to"].split("'")[1],
                test["relationships"]["arguments"]["field"]))
        for name, column in columns.items()
        for test in column.get("data_tests", [])
        if isinstance(test, dict) and "relationships" in test
    ]  # fmt: skip

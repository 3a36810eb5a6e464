"""Models speak the SQL that both engines know; what differs stands in dispatched macros.

Known are the functions that mean the same on DuckDB and on Spark. One that is not listed is either
DuckDB's own or has not been looked at: it goes into macros/engine.sql, or, once it has been seen to
give the same on both, into the list.
"""

import re
from pathlib import Path

import pytest

from dagster_pipelines.settings import PROJECT_DIR

FUNCTIONS = {
    "abs", "cast", "coalesce", "concat_ws", "count", "date_trunc", "day", "floor", "greatest",
    "least", "lower", "lpad", "max", "md5", "min", "month", "nullif", "round", "sum",
    "translate", "trim",
    "upper", "year", "bool_or", "last_day", "lag", "lead", "row_number", "replace",
}  # fmt: skip
WORDS = {
    "and", "as", "by", "case", "decimal", "distinct", "else", "end", "exists", "filter", "from",
    "in", "join", "not", "on", "or", "over", "select", "then", "union", "values",
    "when", "where", "with",
}  # fmt: skip
"""What may stand before a bracket without being a function."""
FOREIGN = {
    "::": r"::",
    "varchar": r"\bvarchar\b",
    "qualify": r"\bqualify\b",
    "ilike": r"\bilike\b",
    "exclude": r"\*\s*exclude\b",
    "replace of columns": r"\*\s*replace\b",
    "by name": r"\bunion\s+(all\s+)?by\s+name\b",
    "group by all": r"\b(group|order)\s+by\s+all\b",
    "list or slice": r"\[",
    "integer division": r"//",
    "division (its type differs)": r"(?<!/)\s/\s(?!/)",
    "lambda": r"->",
    "from first": r"(\A|\()\s*from\b",
    "using": r"\bjoin\b[^()]*\busing\s*\(",
    "asof, anti, semi, positional": r"\b(asof|anti|semi|positional)\s+join\b",
}
MODELS = sorted(
    path for part in ("models", "tests/dbt") for path in (PROJECT_DIR / part).rglob("*.sql")
)
MACROS = sorted((PROJECT_DIR / "macros").glob("*.sql"))
DISPATCHED = re.compile(r"\{%-?\s*macro (default|spark)__.*?\{%-?\s*endmacro\s*-?%\}", re.S)

COMMENT = re.compile(r"\{#.*?#\}", re.S)
CONFIG = re.compile(r"^\{\{ config\((.*\) \}\}$|\n(.*\n)*?\) \}\}$)", re.M)
"""Its hooks have brackets of their own inside."""


def sql_of(text: str) -> str:
    """The SQL that a file itself writes: no comments, no Jinja, no text in quotes."""
    for nothing in (CONFIG, DISPATCHED, COMMENT, re.compile(r"\{%.*?%\}", re.S)):
        text = nothing.sub(" ", text)
    text = re.sub(r"\{\{.*?\}\}", " 0 ", text, flags=re.S)
    return re.sub(r"--[^\n]*|'[^']*'", " 0 ", text).lower()


def written(text: str) -> str:
    """The SQL of a file, and that which it hands to macros as text."""
    inside = re.findall(
        r"\{\{.*?\}\}|\{%.*?%\}", COMMENT.sub(" ", DISPATCHED.sub(" ", CONFIG.sub(" ", text))), re.S
    )
    handed = [part for block in inside for part in re.findall(r'"([^"]*)"|\'([^\']*)\'', block)]
    patterns = re.compile(r"[\\^$?*+|]|\[\^|^\W*$")  # regular expressions are text, not SQL
    return "\n".join([sql_of(text), *(a or b for a, b in handed if not patterns.search(a or b))])


def foreign(text: str) -> list[str]:
    """What in a file only one engine understands, or nobody has compared."""
    sql = written(text)
    called = set(re.findall(r"\b([a-z_][a-z0-9_]*)\s*\(", sql)) - FUNCTIONS - WORDS
    # the name of a CTE or of a table with its columns
    named = set(re.findall(r"\b([a-z_][a-z0-9_]*)\s+as\s*\(", sql))
    aliases = set(re.findall(r"\bas\s+([a-z_][a-z0-9_]*)\s*\(", sql))
    syntax = [name for name, pattern in FOREIGN.items() if re.search(pattern, sql_of(text), re.M)]
    return sorted(called - named - aliases) + syntax


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_a_model_has_no_sql_of_one_engine(path: Path) -> None:
    assert foreign(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", MACROS, ids=lambda path: path.stem)
def test_nor_has_a_macro_outside_what_is_dispatched(path: Path) -> None:
    assert foreign(path.read_text(encoding="utf-8")) == []


def test_there_is_something_to_look_at() -> None:
    assert len(MODELS) > 60
    assert len(MACROS) > 10


@pytest.mark.parametrize(
    "fault",
    [
        "string_agg(rader, ', ')",
        "line::varchar",
        "cast(line as varchar)",
        "unnest(string_split(rader, ';'))",
        "{{ list_distinct('regexp_extract(label)') }}",
        "list_filter(rader, x -> x > 1)",
        "belopp_sek / halv_enhet",
        "belopp_sek // 2",
        "rader[1]",
        "strftime(period_end)",
        "trunc(belopp_sek)",
        "jaro_winkler_similarity(label, label)",
    ],
)
def test_a_fault_is_found(fault: str) -> None:
    model = (PROJECT_DIR / "models" / "intermediate" / "int_ekonomi.sql").read_text("utf-8")
    assert foreign(model) == []
    assert foreign(model.replace("    harledd,\n", f"    {fault} as x,\n    harledd,\n", 1)) != []


@pytest.mark.parametrize("fault", ["qualify ordning = 1", "group by all", "order by all"])
def test_a_foreign_clause_is_found(fault: str) -> None:
    model = (PROJECT_DIR / "models" / "intermediate" / "int_ekonomi.sql").read_text("utf-8")
    assert foreign(f"{model}\n{fault}") != []

"""Finds ratios and differences that a page, a sheet or a query computes by itself.

Belongs here: what counts as own arithmetic on a measure, in SQL, in Python and in the expressions
of charts. Does not belong here: which files are looked through (`test_definitions`).

A ratio is a division whose divisor is no plain number (tkr and per cent are units, not ratios); a
difference is a subtraction of one measure from another. Names are taken as they stand: a figure
that was first given another name is not followed.
"""

import ast
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import sqlglot
from sqlglot import exp

LOOKS_LIKE_SQL = re.compile(r"^\s*(?:--[^\n]*\n\s*)*(?:select|with|from)\b", re.I)
CHART_RATIO = re.compile(r"datum(?:\.|\[['\"])(\w+)[^/*+\-]*?/\s*datum")
RATIOS, DIFFERENCES = "ratio", "difference"


def in_sql(text: str, measures: Iterable[str]) -> list[tuple[str, str]]:
    """(kind, expression) of each ratio or difference of measures in SQL.

    Raises:
        sqlglot.errors.ParseError: it is no SQL that DuckDB would take.
    """
    known = {name.lower() for name in measures}
    found = []
    for statement in sqlglot.parse(text, dialect="duckdb"):
        for node in statement.find_all(exp.Div, exp.IntDiv, exp.Sub) if statement else ():
            left, right = (_names(side) & known for side in (node.this, node.expression))
            if isinstance(node, exp.Sub):
                if left and right:
                    found.append((DIFFERENCES, node.sql("duckdb")))
            elif (left or right) and not _is_number(node.expression):
                found.append((RATIOS, node.sql("duckdb")))
    return found


def in_python(text: str, measures: Iterable[str]) -> list[tuple[str, str]]:
    """The same for a module: its own arithmetic, the SQL in it, and expressions of charts."""
    known = set(measures)
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Div | ast.FloorDiv | ast.Sub):
            left, right = (_mentions(side) & known for side in (node.left, node.right))
            if isinstance(node.op, ast.Sub):
                if left and right:
                    found.append((DIFFERENCES, ast.unparse(node)))
            elif (left or right) and not isinstance(node.right, ast.Constant):
                found.append((RATIOS, ast.unparse(node)))
        for text_of in _texts(node):
            found += [(RATIOS, m[0]) for m in CHART_RATIO.finditer(text_of) if m[1] in known]
            if LOOKS_LIKE_SQL.match(text_of):
                found += _in_template(text_of, known)
    return found


def in_file(path: Path, measures: Iterable[str]) -> list[tuple[str, str]]:
    """What is found in a Python module, an SQL file, or the SQL blocks of a Markdown page."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py":
        return in_python(text, measures)
    blocks = (
        re.findall(r"^```sql\n(.*?)^```", text, re.M | re.S) if path.suffix == ".md" else [text]
    )
    return [each for block in blocks for each in in_sql(block, measures)]


def _in_template(text: str, known: set[str]) -> list[tuple[str, str]]:
    try:
        return in_sql(text, known)
    except sqlglot.errors.SqlglotError:  # half a statement, put together elsewhere: look at it raw
        names = "|".join(sorted(map(re.escape, known)))
        ratio = re.compile(
            rf"\b({names})\b\W{{0,3}}\s*/\s*\D|/\s*(?:nullif\()?\W{{0,3}}({names})\b"
        )
        return [(RATIOS, m[0]) for m in ratio.finditer(text)]


def _names(node: exp.Expression) -> set[str]:
    return {column.name.lower() for column in node.find_all(exp.Column)}


def _is_number(node: exp.Expression) -> bool:
    return isinstance(node.unnest(), exp.Literal)


def _mentions(node: ast.AST) -> set[str]:
    """Names, attributes and quoted names in an expression."""
    return {
        name
        for each in ast.walk(node)
        for name in (
            getattr(each, "id", None), getattr(each, "attr", None), getattr(each, "value", None),
        )
        if isinstance(name, str)
    }  # fmt: skip


def _texts(node: ast.AST) -> Iterator[str]:
    """String constants, and f-strings with a name where a value goes."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        yield "".join(
            str(part.value) if isinstance(part, ast.Constant) else "x" for part in node.values
        )

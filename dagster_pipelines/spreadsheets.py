"""Texts that a spreadsheet would run as a formula, and how they are made harmless.

Belongs here: the one rule, in Python and in SQL, for everything that spreadsheets may open
(`finsam query --format csv`, `exports`). Does not belong here: numbers, which are never touched.
"""

import re

FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r]")
NUMBER = re.compile(r"[+-]?[0-9 \u00a0\u202f.,]+%?")
# RE2 has no Unicode \s: \p{Z} are the spaces and separators that it lacks.
FORMULA_SQL = r"^([\s\x0B\x{0085}\x{001C}-\x{001F}\p{Z}]*[=+\-@＝＋－＠]|[\t\r])"
NUMBER_SQL = r"[+-]?[0-9 \x{00a0}\x{202f}.,]+%?"


def harmless(text: str) -> str:
    """`text` with a ' before it where a spreadsheet would run it; a number is no formula."""
    return f"'{text}" if FORMULA.match(text) and not NUMBER.fullmatch(text) else text


def harmless_sql(column: str) -> str:
    """The same as DuckDB's SQL, for a quoted name of a varchar column.

    What begins with an ASCII letter or digit, as nearly all does, is let by without a regular
    expression.
    """
    return (
        f"case when ({column} < '0' or {column} >= ':' and {column} < 'A' or {column} >= '\u0080') "
        f"and regexp_matches({column}, '{FORMULA_SQL}') "
        f"and not regexp_full_match({column}, '{NUMBER_SQL}') "
        f"then '''' || {column} else {column} end"
    )

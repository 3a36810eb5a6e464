"""The cookbook: one question per page, answers written by the generator, traps that are traps.

That each question runs and answers as printed is tested with every other page
(test_docs_pages).
"""

import re
import shutil
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from dagster_pipelines.database import open_published
from dagster_pipelines.settings import Settings
from docs.svar import (
    FRAGOR,
    INDEX,
    Block,
    answer_table,
    blocks,
    differences,
    indexed,
    name_of,
    pages,
    questions,
    renewed,
    same,
    title_and_asker,
)

ASKERS = {"förbundschefen", "revisorn", "analytikern på regionen", "ingenjören"}
TRAPS = FRAGOR / "fallor.md"
LATEST = "Den senaste uppgiften, eller varje uppgift"


@pytest.fixture(scope="module")
def warehouse(refreshed_home: Settings) -> Iterator[duckdb.DuckDBPyConnection]:
    with open_published(refreshed_home.published_db) as con:
        yield con


def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def test_there_are_25_questions_in_order_and_every_user_asks() -> None:
    told = [title_and_asker(read(page)) for page in questions()]
    assert [int(title.split(".")[0]) for title, _ in told] == list(range(1, 26))
    assert [page.name[:2] for page in questions()] == [f"{n:02}" for n in range(1, 26)]
    assert {asker for _, asker in told} == ASKERS


@pytest.mark.parametrize("page", questions(), ids=lambda page: page.stem)
def test_a_page_has_its_grain_one_question_its_answer_and_what_to_mind(page: Path) -> None:
    text = read(page)
    (block,) = blocks(text, page.name)
    assert block.language == "sql" and block.table
    assert "Svaret har en rad per" in " ".join(text.split("```")[0].split())
    assert len(re.findall(r"^- ", text.split("## Att se upp med\n")[1], re.M)) >= 3


def test_the_index_is_the_one_that_would_be_written() -> None:
    assert read(INDEX) == indexed(read(INDEX)), "run python -m docs.svar"


@pytest.mark.parametrize("page", pages(), ids=name_of)
def test_every_answer_is_the_one_that_would_be_written(
    warehouse: duckdb.DuckDBPyConnection, page: Path
) -> None:
    text = read(page)
    assert renewed(warehouse, text, name_of(page)) == text, "run python -m docs.svar"


def test_a_changed_answer_is_written_anew(warehouse: duckdb.DuckDBPyConnection) -> None:
    page = questions()[6]
    text = read(page)
    wrong = text.replace("| 86 | 38 360,38 |", "| 87 | 37 919,46 |")
    assert wrong != text
    assert renewed(warehouse, wrong, name_of(page)) == text
    empty = re.sub(r"(?:^\|.*\n)+", "| |\n| --- |\n", text, flags=re.M)
    assert renewed(warehouse, empty, name_of(page)) == text


def test_an_answer_is_written_as_swedes_write_numbers() -> None:
    rows = [
        (date(2021, 6, 30), Decimal("-1234567.80"), 2021, 12345, None, True, "a|b"),
        (date(2021, 6, 30), Decimal("5.00"), 9, 1, None, False, "c"),
    ]
    made = answer_table(["dag", "kr", "ar", "antal", "tomt", "sant", "text"], rows)
    assert made == (
        "| dag | kr | ar | antal | tomt | sant | text |\n"
        "| --- | ---: | ---: | ---: | --- | --- | --- |\n"
        "| 2021-06-30 | -1 234 567,8 | 2021 | 12 345 |  | ja | a\\|b |\n"
        "| 2021-06-30 | 5,0 | 9 | 1 |  | nej | c |\n"
    )
    (block,) = blocks(f"```sql\nselect 1;\n```\n\n{made}", "sida")
    for printed, values in zip(block.table[1:], rows, strict=True):
        assert all(same(cell, value) for cell, value in zip(printed, values, strict=True))
    assert not same("5,1", Decimal("5.00"))
    assert not same("ja", False)
    assert not same("0", None)


# --- the traps ---------------------------------------------------------------------------------


def traps() -> dict[str, tuple[Block, Block]]:
    """Per section the wrong question and the right one."""
    sections = re.split(r"^## (.+)\n", read(TRAPS), flags=re.M)[1:]
    pairs = zip(sections[::2], sections[1::2], strict=True)
    return {title: tuple(blocks(text, title)) for title, text in pairs}  # type: ignore[misc]


def answer(con: duckdb.DuckDBPyConnection, block: Block) -> list[tuple[object, ...]]:
    return con.execute(block.text).fetchall()


@pytest.mark.parametrize("title", traps())
def test_the_wrong_question_answers_otherwise_than_the_right_one(
    warehouse: duckdb.DuckDBPyConnection, title: str
) -> None:
    wrong, right = traps()[title]
    assert wrong.text.startswith("-- fel: ") and right.text.startswith("-- rätt: ")
    assert wrong.table and right.table
    assert (answer(warehouse, wrong) == answer(warehouse, right)) is (title == LATEST)


def test_an_older_statement_makes_the_difference(refreshed_home: Settings, tmp_path: Path) -> None:
    copy = tmp_path / "aldre.duckdb"
    shutil.copy(refreshed_home.published_db.resolve(), copy)
    wrong, right = traps()[LATEST]
    with duckdb.connect(copy) as con:
        con.execute(
            "insert into marts.fct_ekonomi select * replace ("
            "ekonomi_key || '-aldre' as ekonomi_key, false as gallande, "
            "belopp_sek - 1000 as belopp_sek) from marts.fct_ekonomi "
            "where forbund_id = 'sofint' and statement = 'resultatrakning' "
            "and post_code = 'periodens_resultat' and period_end = '2023-06-30'"
        )
        assert differences(con, right) == []
        assert answer(con, wrong) == [(2 * Decimal(-119_982) - 1000,)]


def test_no_question_of_the_cookbook_divides() -> None:
    """Ratios have one definition, in the marts: a page reads them, it does not make its own."""
    asked = [b for page in questions() for b in blocks(read(page), page.name)]
    assert [str(block) for block in asked if re.search(r"[\w)]\s*/\s*[\w(]", block.text)] == []


def test_sql_of_the_pages_is_written_in_house_style() -> None:
    words = r"\b(SELECT|FROM|WHERE|JOIN|GROUP BY|ORDER BY|AND|SUM|COUNT)\b"
    asked = [
        b for page in pages() for b in blocks(read(page), name_of(page)) if b.language == "sql"
    ]
    assert [str(b) for b in asked if re.search(words, re.sub(r"'[^']*'", "", b.text))] == []

"""Tables of courses whose columns of text run into each other, and categories apart."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dagster_pipelines.extraction.categories import find_categories
from dagster_pipelines.extraction.courses import _NUMBERS, _TOKEN, _cuts, find_courses
from dagster_pipelines.extraction.source import read_source

TORN = """Vad Vem ansvarar Till- | Antal Kostnhad
fallen | deltagare

Utbildningsinsatser internt Kansli +

GoodSolution
Lésningsfokusutbildning enligt avtal 1 18 36 000
grundutbildning
Losningsfokusutbildning 1 18 36 000
- digital grupp

Dejta en myndighet 5 40 0
- SIP-nätverk 2 31 0
"""  # labels and figures as a scan left them


def cells(text):
    return [
        (cell.label, cell.column, int(cell.value), cell.unit)
        for courses in find_courses(read_source(text))
        for cell in courses.cells
    ]


def test_rows_are_told_by_the_numbers_they_end_in():
    found = cells(TORN)
    assert found[:3] == [
        ("Lésningsfokusutbildning grundutbildning", "Tillfällen", 1, "antal"),
        ("Lésningsfokusutbildning grundutbildning", "Antal deltagare", 18, "antal"),
        ("Lésningsfokusutbildning grundutbildning", "Kostnad", 36000, "SEK"),
    ]
    assert [label for label, column, *_ in found if column == "Kostnad"] == [
        "Lésningsfokusutbildning grundutbildning",
        "Losningsfokusutbildning - digital grupp",
        "Dejta en myndighet",
        "SIP-nätverk",
    ]


def test_a_row_that_can_be_cut_in_two_ways_is_doubted():
    (table,) = find_courses(read_source("Utbildning Antal deltagare Kostnad\nKurs A 12 345 678\n"))
    assert {cell.sure for cell in table.cells} == {False}


def test_a_storm_of_digits_is_no_row():
    """Every way to cut sixty groups would never come to an end."""
    storm = "Kurs A " + "12 345 " * 30
    assert not find_courses(read_source(f"Utbildning Antal deltagare Kostnad\n{storm}\n"))


def test_the_next_statement_is_not_of_the_table():
    text = "Utbildning Tillfällen Antal deltagare Kostnad\nKurs A 2 14 9 000\n\nBalansräkning\n"
    (table,) = find_courses(read_source(text + "Summa tillgångar 1 580 1 354 1 831\n"))
    assert max(table.lines) == 2


@given(st.lists(st.integers(0, 99_999), min_size=1, max_size=4))
def test_the_printed_numbers_are_among_the_cuts(numbers):
    text = " ".join(f"{n:,}".replace(",", " ") for n in numbers)
    spans = [match.span() for match in _TOKEN.finditer(text)]
    read = [[int(text[a:b].replace(" ", "")) for a, b in cut] for cut in _cuts(text, spans)]
    assert numbers in read


HEADING = "Utbildningsnivå vid start av insats\n"


@pytest.mark.parametrize(
    "lines",
    [
        "Grundskola\t12\nGymnasium\t7\nSaknas/okänd\t0",
        "| Grundskola | 12 |\n| Gymnasium | 7 |\n| Saknas/okänd | 0 |",
        "Grundskola\n12\nGymnasium\n7\nSaknas/okänd\n0",
        "Grundskola\nGymnasium\nSaknas/okänd\n\n12\n7\n0",
    ],
)
def test_categories_find_their_numbers_in_every_layout(lines):
    (found,) = find_categories(read_source(HEADING + lines + "\n"))
    assert [(part.key, part.name, part.value) for part in found.parts] == [
        ("utbildning", "Grundskola", 12),
        ("utbildning", "Gymnasium", 7),
        ("utbildning", "Saknas/okänd", 0),
    ]


def test_fewer_numbers_than_categories_are_nobodys():
    assert not find_categories(read_source(HEADING + "Grundskola\nGymnasium\n12\n"))


def test_many_groups_before_a_word_are_read_in_one_way():
    """Exponential in the groups, this once took half a minute; it must only come to an end."""
    groups = "Vad " + "123 " * 200
    assert _NUMBERS.search(groups + "ord") is None
    found = _NUMBERS.search(groups + "1 234 20.000 - 7")
    assert found is not None
    assert found.start() == 4

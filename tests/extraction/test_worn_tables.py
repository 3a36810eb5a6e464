"""What a worn table cannot tell is left to a person; what it can tell is not."""

from datetime import date

import pytest

from dagster_pipelines.extraction import extract_text
from dagster_pipelines.extraction.columns import Column, head_atoms, resolve
from dagster_pipelines.extraction.courses import _ways
from dagster_pipelines.extraction.extract import extract_source
from dagster_pipelines.extraction.solve import Grid, Identity, hold_to_the_unit, repair
from dagster_pipelines.extraction.source import Line
from dagster_pipelines.extraction.statements import (
    _closes_part,
    _doubt_beside_lost,
    _doubt_count,
    _doubt_torn,
)
from dagster_pipelines.extraction.tables import Table, parse_row, readings
from dagster_pipelines.extraction.trust import out_of_scale

COLUMN = ("utfall", None, None)
HEAD = "Samordningsförbundet Västerås\nDelårsrapport 1 januari - 31 augusti 2025\n\n"


def worn(text: str) -> list[dict[str, object]]:
    """The facts of a text that OCR has read, whatever it looks like."""
    return extract_source(HEAD + text, "", "", scanned=True).facts


def statuses(facts, statement: str) -> set[str]:
    return {str(f["status"]) for f in facts if f["statement"] == statement}


def grid_of(*amounts: str, unit: str = "SEK", worn: bool = True) -> Grid:
    """One column of amounts."""
    lines = [Line(n + 1, None, f"Rad {x}", f"Rad {x}") for n, x in enumerate(amounts)]
    rows = [parse_row(line) for line in lines]
    for row in rows:
        row.readings = readings(row, 1, False, None)[:1]
    return Grid([Table("not", "Not", unit, rows=rows)], worn=worn)


def sums(total: int, *parts: int) -> Identity:
    return Identity("TAB", "Summa", (0, total, 0), tuple((1, (0, p, 0)) for p in parts), COLUMN)


# -- one unit is no rounding -------------------------------------------------------------------


@pytest.mark.parametrize("unit", ["SEK", "TSEK"])
def test_the_same_amount_twice_is_the_same_to_the_unit_in_a_worn_text(unit):
    same = sums(1, 0)
    assert grid_of("345", "346", unit=unit).holds(same) is False
    assert grid_of("345", "345", unit=unit).holds(same) is True
    assert grid_of("345", "346", unit=unit, worn=False).holds(same) is True


def test_a_sum_of_rounded_amounts_keeps_its_rounding():
    assert grid_of("345", "346", "690", unit="TSEK").holds(sums(2, 0, 1)) is True


def test_sums_in_kronor_hold_to_the_krona_where_those_of_the_document_do():
    exact = ["100", "200", "300"] * 5
    identities = [sums(n + 2, n, n + 1) for n in range(0, len(exact), 3)]
    grid = grid_of(*exact, "100", "200", "301")
    broken = sums(17, 15, 16)
    assert hold_to_the_unit(grid, identities)
    assert grid.holds(broken) is True
    grid.to_the_unit = True
    assert grid.holds(broken) is False
    rounded = grid_of(*["100", "200", "301"] * 5)
    assert not hold_to_the_unit(rounded, identities)


def test_one_digit_is_not_repaired_to_another():
    grid = grid_of("4", "1 446", "1 445", "1")
    repair(grid, [sums(2, 1, 0), sums(3, 0)], may_repair=True)
    assert (0, 0, 0) not in grid.repairs


# -- columns -----------------------------------------------------------------------------------

NETS = """Driftredovisning (tkr)

              Utfall                        Budget
              Intäkt    Kostnad    Netto    Netto
Lotsen          {0}       664      664      700
Spira           {0}       701      701      753
Kompassen       {0}       490      490      500
Summa          {1}      1855     1855     1953
"""


def test_netto_that_is_not_income_less_cost_says_that_the_heads_have_slipped():
    assert "suspect" not in statuses(worn(NETS.format("0", "0")), "driftredovisning")
    slipped = worn(NETS.format("9", "27"))
    assert statuses(slipped, "driftredovisning") == {"suspect"}


def three_columns(*rows: str, ways: int = 1) -> Grid:
    """Rows read as three columns although they print two amounts: the second cut in two."""
    lines = [Line(n + 1, None, text, text) for n, text in enumerate(rows)]
    parsed = [parse_row(line) for line in lines]
    for row in parsed:
        row.readings = readings(row, 3, False, None)[:ways]
    columns = [Column("Budget", "budget"), Column("Utfall"), Column("Avvikelse", "avvikelse")]
    return Grid([Table("driftredovisning", "", "SEK", rows=parsed, columns=columns)], worn=True)


def test_a_column_of_thousands_whose_sums_break_leaves_no_column_trusted():
    grid = three_columns("Lotsen 541 000 390 627", "Spira 555 000 407 835", "Totalt 96 000 798 462")
    broken = Identity("TAB", "Summa", (0, 2, 2), ((1, (0, 0, 2)), (1, (0, 1, 2))), COLUMN)
    _doubt_torn(grid, [broken])
    assert all(column.doubt for column in grid.tables[0].columns)
    sound = three_columns("Lotsen 541 000 390 27", "Spira 555 000 407 835", "Totalt 96 000 798 862")
    _doubt_torn(sound, [broken])
    assert not any(column.doubt for column in sound.tables[0].columns)


def test_many_rows_of_amounts_out_of_scale_leave_no_column_trusted():
    sound = [f"Rad {n} {n}41 000 {n}90 627 {n}12 500" for n in range(2, 10)]
    grid = three_columns(*sound, ways=2)
    _doubt_count(grid)
    assert not any(column.doubt for column in grid.tables[0].columns)
    torn = [f"Rad {n} {n} 41000 {n}90 627 {n}12 500" for n in range(2, 6)]
    grid = three_columns(*sound, *torn)
    assert sum(out_of_scale(grid, (0, r, 0)) for r in range(12)) == 4
    grid = three_columns(*sound[:5], *torn, ways=2)
    _doubt_count(grid)
    assert all(column.doubt for column in grid.tables[0].columns)


def test_a_head_beside_a_lost_one_needs_another_table_that_agrees():
    grid = three_columns("Lotsen 541 000 390 627", "Spira 555 000 407 835")
    (table,) = grid.tables
    table.columns[2] = Column("", "avvikelse", known=False)
    known = Column("Budget", "budget")
    own = [[("lotsen", 54_100_000, 50), ("spira", 55_500_000, 50)], [], []]
    _doubt_beside_lost(table, own, [(known, own[0])])
    assert [bool(column.doubt) for column in table.columns] == [False, True, True]


def test_months_under_a_bokslut_may_belong_to_the_column_beside_it():
    def doubted(head: str) -> bool:
        atoms = list(head_atoms(head))
        return _closes_part(atoms, resolve(atoms, date(2025, 1, 1), date(2025, 8, 31), False))

    assert doubted("Bokslut jan-aug 2024")
    assert not doubted("Bokslut 2024")
    assert not doubted("Utfall jan-aug 2024")


def test_per_above_its_date_heads_the_first_column():
    text = """Driftredovisning (kr)

Per\tÅrsbudget 2025
2025-08-31
Lotsen
322 715\t925 000
Spira
446 113\t1 361 000
Kompassen
298 490\t1 182 000
"""
    facts = [f for f in worn(text) if f["statement"] == "driftredovisning"]
    said = {(str(f["value"]), f["scenario"]) for f in facts if f["status"] != "suspect"}
    assert ("322715", "budget") not in said
    assert {("322715", "utfall"), ("925000", "budget")} <= said


# -- participants, courses, goals --------------------------------------------------------------


def test_a_table_of_costs_in_a_section_of_participants_counts_kronor():
    text = """Deltagare

Antal deltagare 34

        Intäkt    Kostnad    Netto
Lotsen    0         538        538
Spira     0         284        284
"""
    costs = [f for f in worn(text) if str(f["value"]) in ("538", "284")]
    assert costs
    assert {f["statement"] for f in costs} == {"driftredovisning"}


PEOPLE = """Deltagare

Lotsen

Totalt  Kvinnor  Män
Totalt antal deltagare
189  101  88
Nya deltagare
86  44  42

Spira

Totalt  Kvinnor  Män
Totalt antal deltagare
88  38  50
Nya deltagare
65  33  32
"""


def test_the_next_insats_counted_in_the_same_columns_has_its_own_figures():
    facts = [f for f in worn(PEOPLE) if f["statement"] == "deltagare" and f["status"] != "suspect"]
    whose = {(str(f["value"]), f["insats"]) for f in facts}
    assert {("189", "Lotsen"), ("88", "Spira"), ("65", "Spira")} <= whose
    assert ("65", "Lotsen") not in whose


def test_more_participants_than_there_can_be_are_several_figures_in_one():
    facts = worn("Deltagare\n\nLotsen\n\nTotalt antal deltagare 34 100 134\n")
    assert all(f["status"] == "suspect" for f in facts if f["value"] >= 100_000)


def test_digits_of_a_course_that_run_together_in_several_ways_are_unsure():
    assert _ways(["5", "114", "2000", "0"], 3) > 1
    assert _ways(["1", "62", "5", "000"], 3) == 1
    assert _ways(["3", "55", "49000"], 3) == 1


def test_the_outcome_of_a_goal_that_was_not_understood_is_not_that_of_the_one_before():
    text = """Mål och måluppfyllelse

Mål: Minst 35 % av deltagarna ska vara nöjda med stödet.
Utfall: 69 %. Målet bedöms vara uppfyllt.
Mål: Minst 55 % av xyz ska göra en stegförflyttning.
Utfall: 91 %. Målet bedöms vara uppfyllt.
"""
    facts = {str(f["value"]): f for f in worn(text)}
    assert "nöjda" in str(facts["69"]["label"])
    assert "nöjda" not in str(facts["91"]["label"])


# -- nothing breaks ----------------------------------------------------------------------------


def test_rows_that_no_cut_reads_are_no_crash():
    zeros = "000000000001"
    text = f"Balansräkning\n\nSumma skulder\n{zeros}\n{zeros}\nKassa och bank\n{zeros}\n{zeros}\n"
    assert extract_text(HEAD + text).outcome
    assert extract_text(HEAD + text.replace("\nKassa", "\n\nKassa")).outcome


def test_a_head_of_blank_cells_beside_its_note_column_is_no_crash():
    text = """Resultaträkning

\tNot\t
Medlemsbidrag       10 138     30 814     10 000
Kostnader           -9 194    -29 353     -9 000
Periodens resultat     944      1 461      1 000
"""
    assert extract_text(HEAD + text).outcome == "läst"

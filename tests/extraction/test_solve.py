"""What an identity proves of a figure, and what it leaves open."""

from dagster_pipelines.extraction import extract_text
from dagster_pipelines.extraction.identities import build
from dagster_pipelines.extraction.solve import Grid, Identity, repair, search, vouches
from dagster_pipelines.extraction.source import Line
from dagster_pipelines.extraction.tables import Reading, Row, Table, parse_row, readings

COLUMN = ("utfall", None, None)


def summed(*amounts, unit="SEK"):
    """A table of one column and the identity that its last row sums the others."""
    lines = [Line(n + 1, None, f"Rad {x}", f"Rad {x}") for n, x in enumerate(amounts)]
    rows = [parse_row(line) for line in lines]
    for row in rows:
        row.readings = readings(row, 1, False, None)[:1]
    last = len(rows) - 1
    parts = tuple((1, (0, n, 0)) for n in range(last))
    grid = Grid([Table("not", "Not", unit, rows=rows)])
    return grid, Identity("TAB", "Summa", (0, last, 0), parts, COLUMN)


def test_a_sum_vouches_for_what_it_would_break_without():
    grid, total = summed("1 200", "300", "1 500")
    assert grid.holds(total)
    assert all(vouches(grid, total, cell) for cell in total.cells)


def test_a_sum_within_its_rounding_does_not_vouch_for_a_trifle():
    grid, total = summed("1 200", "1", "1 201", unit="TSEK")
    assert grid.holds(total)
    assert not vouches(grid, total, (0, 1, 0))
    assert vouches(grid, total, (0, 0, 0))


def test_a_digit_is_mended_when_two_identities_say_so_and_suspect_when_one_does():
    grid, _ = summed("1 200", "380", "1 500", "300")
    total = Identity("TAB", "Summa", (0, 2, 0), ((1, (0, 0, 0)), (1, (0, 1, 0))), COLUMN)
    other = Identity("NOT", "Not", (0, 3, 0), ((1, (0, 1, 0)),), COLUMN)
    repair(grid, [total, other], may_repair=True)
    assert {cell: fixed.value for cell, fixed in grid.repairs.items()} == {(0, 1, 0): 30_000}
    assert "NOT, TAB" in grid.repairs[0, 1, 0].reason
    assert "siffran 0 feltolkad som 8" in grid.repairs[0, 1, 0].reason
    alone, single = summed("1 200", "380", "1 500")
    repair(alone, [single], may_repair=True)
    assert not alone.repairs
    assert set(alone.suspects) == set(single.cells)


def test_two_values_within_the_rounding_are_no_unique_repair():
    grid, total = summed("500", "3332", "833", unit="TSEK")
    repair(grid, [total], may_repair=True)
    assert not grid.repairs
    assert (0, 1, 0) in grid.suspects


def test_clean_text_is_never_repaired():
    grid, total = summed("1 200", "3001", "1 500")
    repair(grid, [total], may_repair=False)
    assert not grid.repairs


def test_a_reading_without_the_total_does_not_escape_its_sum():
    grid, total = summed("1 200", "300", "1 600")
    row = grid.row(0, 2)
    row.readings.append(type(row.readings[0])((None,), 0.1, row.label_end))
    search(grid, [total])
    assert grid.figure((0, 2, 0)) is not None
    assert grid.holds(total) is False


HEAD = """Samordningsförbundet Västerås
Delårsrapport 1 januari - 31 augusti 2025
"""
NOTED = f"""{HEAD}
Balansrakning

Belopp i tkr Not Bokslut 2024 250831
TILLGANGAR
Kundfordringar 118 79
Skattekonto och moms 44 103
Forutbetalda kostnader 10 13
Summa fordringar 172 196
Kassa och bank 1 026 1 303
Summa omsattningstillgangar 1 199 1 499
Summa tillgangar 1 199 1 499
Ingaende eget kapital 365 648
Periodens resultat 282 -73
Summa eget kapital 648 574
Leverantorsskulder 4 221 187
Ovriga kortfristiga skulder 81 7
Upplupna kostnader 249 730
Summa kortfristiga skulder 4 551 924
Summa eget kapital och skulder 1 199 1 499
"""


def test_a_note_number_is_no_thousands_though_item_and_sum_agree_on_it():
    found = {(f["post_code"], str(f["period_end"])): f for f in extract_text(NOTED).facts}
    assert found["leverantorsskulder", "2024-12-31"]["value"] == 221
    assert found["summa_kortfristiga_skulder", "2024-12-31"]["value"] == 551


def statement(cost, deviation):
    return f"""{HEAD}
Resultaträkning

Belopp i kr\t2025-08-31\tBudget 2025-08-31\tAvvikelse
Verksamhetens intäkter\t900 000\t950 000\t-50 000
Verksamhetens kostnader\t{cost}\t{deviation}
Verksamhetens resultat\t100 000\t110 000\t-10 000
Periodens resultat\t100 000\t110 000\t-10 000
"""


def test_costs_printed_positive_raise_no_alarm_in_a_column_of_deviations():
    assert extract_text(statement("800 000\t840 000", "40 000")).findings == []
    assert extract_text(statement("-800 000\t-840 000", "40 000")).findings == []


def test_a_result_after_financial_items_is_no_alarm_in_an_overview():
    text = f"""{HEAD}
Översikt över verksamhetens utveckling

Belopp i tkr\t2025-08-31\t2024-08-31
Intäkter\t4 816\t4 604
Kostnader\t5 369\t4 887
Resultat\t-548\t-284
"""
    assert extract_text(text).findings == []


def test_identities_of_a_table_without_rows_are_none():
    assert build(Grid([]), {}) == []


def test_a_row_of_blank_cells_that_fits_no_columns_has_no_reading():
    blank = Row(Line(1, None, "-", "-"), "", (), 0, tabbed=[[None]] * 3)
    assert readings(blank, 2, False, None) in ([], [Reading((None, None), 0.0, 0)])
    assert readings(Row(Line(1, None, "", ""), "", (), 0), 2, False, None) == []

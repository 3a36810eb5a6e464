"""Heads without cells: which words belong to which column, and when that is not certain."""

from datetime import date

import pytest

from dagster_pipelines.extraction import extract_text
from dagster_pipelines.extraction.columns import head_atoms, resolve
from dagster_pipelines.extraction.dates import find_spans, mend_months
from dagster_pipelines.extraction.heads import IMPOSSIBLE, SURE, head_line, lay, stack_cost

START, END = date(2025, 1, 1), date(2025, 8, 31)
YEAR, PART = date(2025, 12, 31), date(2025, 8, 31)


def columns(*lines, width):
    found = lay([head_line(head_atoms(line)) for line in lines], width)
    return [resolve(list(stack), START, END, False) for stack in found[0].stacks], found


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (
            ("Budget Periodiserad T1-T2 2025", "2025 budget"),
            [("budget", YEAR), ("budget", PART), ("utfall", PART)],
        ),
        (
            ("Per Årsbudget 2025 Prognos", "2025-08-31 helår"),
            [("utfall", PART), ("budget", YEAR), ("prognos", YEAR)],
        ),
        (
            ("2025-08-31 Periodens Budget- 2024-08-31", "budget avvikelse"),
            [
                ("utfall", PART),
                ("budget", PART),
                ("avvikelse", PART),
                ("utfall", date(2024, 8, 31)),
            ],
        ),
        (
            ("2025-01-01 Budget 2025-08-31 Diff 2024-01-01", "-2025-08-31 -2024-08-31"),
            [
                ("utfall", PART),
                ("budget", PART),
                ("avvikelse", PART),
                ("utfall", date(2024, 8, 31)),
            ],
        ),
        (
            ("Utfall", "jan-augusti 2025", "Budget", "helår", "Diff", "Utfall", "jan-aug 2024"),
            [
                ("utfall", PART),
                ("budget", YEAR),
                ("avvikelse", PART),
                ("utfall", date(2024, 8, 31)),
            ],
        ),
        (
            ("Januari–augusti Januari–augusti Bokslut", "2025 2024 2024"),
            [("utfall", PART), ("utfall", date(2024, 8, 31)), ("utfall", date(2024, 12, 31))],
        ),
    ],
)
def test_words_of_a_head_find_their_columns(lines, expected):
    read, found = columns(*lines, width=len(expected))
    assert [(c.scenario, c.end) for c in read] == expected
    rivals = [r for r in found[1:] if r.cost < found[0].cost + SURE]
    assert all(
        [(c.scenario, c.end) for c in (resolve(list(s), START, END, False) for s in r.stacks)]
        == expected
        for r in rivals
    )


def test_last_year_under_one_of_two_heads_is_no_sure_reading():
    _, found = columns("Utfall Utfall", "föregående år", width=2)
    assert len(found) > 1
    assert found[1].cost < found[0].cost + SURE


@pytest.mark.parametrize("text", ["Utfall Budget", "2025 2024", "Budget Prognos 2025"])
def test_one_column_cannot_say_two_things(text):
    assert stack_cost(head_atoms(text)) >= IMPOSSIBLE


def test_a_head_of_two_columns_is_none_of_five():
    assert lay([head_line(head_atoms("Utfall Budget"))], 5) == []


def test_months_misread_by_a_letter_are_months():
    assert mend_months("30 jnn 2019") == "30 jun 2019"
    (span,) = find_spans("januari-angusti 2025")
    assert (span.first, span.last) == (START, END)


def test_a_range_of_ledger_periods_after_a_date_is_read():
    spans = find_spans("201501-201508 2015-08-31 201401-201408")
    assert [s.last for s in spans] == [date(2015, 8, 31), date(2015, 8, 31), date(2014, 8, 31)]


REPORT = """Samordningsförbundet Västerås
Delårsrapport 1 januari - 31 augusti 2025

Resultaträkning

Belopp i kr
{head}
Verksamhetens intäkter{gap}6 816 000{gap}6 644 000
Verksamhetens kostnader{gap}-6 826 933{gap}-6 182 933
Verksamhetens resultat{gap}-10 933{gap}461 067
Periodens resultat{gap}-10 933{gap}461 067
"""


def test_a_head_that_can_be_read_two_ways_makes_its_columns_suspect():
    extraction = extract_text(REPORT.format(head="Utfall Utfall\nföregående år", gap=" "))
    rows = [f for f in extraction.facts if f["post_code"]]
    assert rows
    assert {f["status"] for f in rows} == {"suspect"}
    assert all("kolumnrubrik" in str(f["note"]) for f in rows)


def test_a_plain_head_is_trusted():
    extraction = extract_text(
        REPORT.format(head="\tUtfall 2025-08-31\tBudget 2025-08-31", gap="\t")
    )
    rows = [f for f in extraction.facts if f["post_code"]]
    assert {f["status"] for f in rows} == {"reconciled"}
    assert {f["scenario"] for f in rows} == {"utfall", "budget"}


def test_an_amount_that_looks_like_a_year_is_no_head():
    text = """Samordningsförbundet Västerås
Delårsrapport 1 januari - 31 augusti 2025

Resultaträkning

TSEK  Budget  Per
helår  2025-08-31
Intäkter   2035   1994
Verksamhetens kostnader   -1801   -1930
Periodens resultat   234   64
"""
    found = {(f["post_code"], f["scenario"]): f for f in extract_text(text).facts}
    assert found["verksamhetens_intakter", "budget"]["value"] == 2035
    assert found["verksamhetens_intakter", "utfall"]["period_end"] == END


def test_blocks_headed_by_a_word_alone_keep_their_meaning():
    amounts = {
        "Utfall\n2025-08-31\nIntäkt": (0, 0, 0),
        "Kostnad": (120626, 154016, 274642),
        "Netto": (120626, 154016, 274642),
        "Budget\n2025-08-31\nNetto": (130000, 150000, 280000),
        "Avvikelse\nUtfall-budget": (9374, -4016, 5358),
    }
    blocks = "\n\n".join(f"{head}\n" + "\n".join(map(str, a)) for head, a in amounts.items())
    text = (
        "Samordningsförbundet Västerås\nDelårsrapport 1 januari - 31 augusti 2025\n\n"
        f"Driftredovisning\n\nBelopp i kr\nSteget\nKompassen\nSumma kostnader\n\n{blocks}\n"
    )
    facts = [f for f in extract_text(text).facts if f["label"] == "Kompassen"]
    assert [(f["scenario"], int(f["value"])) for f in facts] == [
        ("utfall", 0),
        ("utfall", 154016),
        ("utfall", 154016),
        ("budget", 150000),
        ("avvikelse", -4016),
    ]
    assert "Kostnad" in str(facts[1]["breakdown"])


def test_the_second_line_of_a_range_beside_a_date_is_no_range_of_its_own():
    lines = ("Budget Budget 2025-01-01", "helår 2025-08-31   -2025-08-31")
    read, _ = columns(*lines, width=3)
    assert [(c.scenario, c.end) for c in read] == [
        ("budget", YEAR),
        ("budget", PART),
        ("utfall", PART),
    ]

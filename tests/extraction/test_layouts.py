"""Ways in which reports set their tables: each must give the figures where they belong."""

import pytest

from dagster_pipelines.extraction import extract_text
from dagster_pipelines.extraction.columns import beside_atoms, head_atoms
from dagster_pipelines.extraction.solve import edit
from dagster_pipelines.extraction.source import read_source

TITLE = (
    "Samordningsförbundet Västra Östergötland\nDelårsrapport 1 januari - 31 augusti 2022\n\n"
    "Organisationsnummer 222000-1818\n\n"
)


def figures(text):
    """(post or label, scenario, period end, unit, value) of every fact that is trusted."""
    facts = extract_text(TITLE + text, "rapport.txt").facts
    return {
        (
            f["post_code"] or f["label"],
            f["scenario"],
            str(f["period_end"]),
            f["unit"],
            int(f["value"]),
        )
        for f in facts
        if f["status"] != "suspect"
    }


ROWS = (
    ("Verksamhetens intäkter", 9000, 8500),
    ("Verksamhetens kostnader", -7000, -6900),
    ("Verksamhetens resultat", 2000, 1600),
    ("Periodens resultat", 2000, 1600),
)
WANTED = {
    ("verksamhetens_intakter", "utfall", "2022-08-31", "TSEK", 9000),
    ("verksamhetens_kostnader", "utfall", "2021-08-31", "TSEK", -6900),
    ("periodens_resultat", "utfall", "2022-08-31", "TSEK", 2000),
    ("verksamhetens_resultat", "utfall", "2021-08-31", "TSEK", 1600),
}


def amount(value):
    return f"{value:,}".replace(",", " ")


LAYOUTS = {
    "title in the corner": "Resultaträkning, tkr\t2022-08-31\t2021-08-31\n"
    + "\n".join(f"{label}\t{amount(a)}\t{amount(b)}" for label, a, b in ROWS),
    "columns beside each other": "Resultaträkning (tkr)\n\n"
    + "\n".join(label for label, *_ in ROWS)
    + "\n\n2022-08-31  2021-08-31\n"
    + "\n".join(f"{amount(a)}  {amount(b)}" for _, a, b in ROWS),
    "leaders": "Resultaträkning (tkr)\n\n"
    + " " * 40
    + "  2022-08-31  2021-08-31\n"
    + "\n".join(
        f"{label} ".ljust(40, ".") + f"{amount(a):>12}{amount(b):>12}" for label, a, b in ROWS
    ),
    "references to notes": "Resultaträkning (tkr)\n\nNot 2022-08-31 2021-08-31\n"
    + "\n".join(
        f"{label} {n} {amount(a)} {amount(b)}"
        for (label, a, b), n in zip(ROWS, ("Not 2", "3, 4", "", ""), strict=True)
    ),
    "bold cells and open pipes": "## Resultaträkning (tkr)\n\n|  | 2022-08-31 | 2021-08-31\n"
    "| --- | --- | ---\n"
    + "\n".join(f"| **{label}** | **{amount(a)}** | **{amount(b)}**" for label, a, b in ROWS),
    "heads on three lines": "Resultaträkning (tkr)\n\n"
    + "Utfall".rjust(42)
    + "Utfall".rjust(12)
    + "\n"
    + "jan-aug".rjust(42)
    + "jan-aug".rjust(12)
    + "\n"
    + "2022".rjust(42)
    + "2021".rjust(12)
    + "\n"
    + "\n".join(f"{label:<30}{amount(a):>12}{amount(b):>12}" for label, a, b in ROWS),
    "a footnote on a label": "Resultaträkning (tkr)\n\n\t2022-08-31\t2021-08-31\n"
    + "\n".join(f"{label} 1)\t{amount(a)}\t{amount(b)}" for label, a, b in ROWS),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_same_figures_in_every_layout(layout):
    assert figures(LAYOUTS[layout]) >= WANTED


def test_a_label_goes_on_below_its_figures():
    note = (
        "Not 2 Medlemsbidrag (tkr)\nUtfall 2022-08-31\nFörsäkringskassan och 450\n"
        "Arbetsförmedlingen\nRegion Östergötland 225\nMotala kommun 225\nSumma 900\n"
    )
    found = {(label, value) for label, *_, value in figures(note)}
    assert ("Försäkringskassan och Arbetsförmedlingen", 450) in found


def test_amounts_are_not_taken_for_page_numbers():
    def furniture(line):
        return read_source(f"a\n{line}\nb").furniture

    assert furniture("4 (13)") == {2}
    assert not furniture("215932\t(118000)")
    assert not furniture("215 (118)")


def test_until_a_month_is_part_of_the_year():
    text = "Budget t.o.m. aug"
    assert [a.months for a in head_atoms(text) if a.kind == "range"] == [(1, 8)]
    assert beside_atoms(text) == ""


@pytest.mark.parametrize(
    ("value", "other", "rank"),
    [
        (12300, -12300, 0),
        (12300, 1200, 1),
        (12300, 12600, 2),
        (12300, 18300, 2),
        (12300, 45600, None),
    ],
)
def test_one_accident_or_none(value, other, rank):
    found = edit(value, other, decimals=False)
    assert (found and found[0]) == rank


def test_cuts_made_to_fit_each_other_prove_nothing():
    """Kassa and its sum are both read without a digit in vain: the total does not hold."""
    text = (
        "Balansräkning (kr)\n\n2022-08-31\nKundfordringar 224 671\nKassa och bank 1 271 221\n"
        "Summa omsättningstillgångar 7 495 892\nSumma tillgångar 1 830 803\n"
    )
    found = figures(text)
    assert not any(value in (271221, 495892) for *_, value in found)

"""The number grammar: every cut of a line of digit groups, bounded and faithful."""

from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st

from dagster_pipelines.extraction.numbers import cuts, pieces_of, split_row, to_decimal

amounts = st.integers(min_value=-999_999_999, max_value=999_999_999)


def swedish(amount: int, separator: str = " ", minus: str = "-") -> str:
    text = f"{abs(amount):,}".replace(",", separator)
    return f"{minus}{text}" if amount < 0 else text


@given(amount=amounts, separator=st.sampled_from([" ", "", "."]), minus=st.sampled_from("-−–"))
def test_one_amount_is_among_its_readings(amount, separator, minus):
    pieces = pieces_of(swedish(amount, separator, minus))
    assert pieces is not None
    values = [c.figures[0].decimal for c in cuts(pieces)[1] if c.figures[0]]
    assert Decimal(amount) in values


@given(row=st.lists(amounts, min_size=1, max_size=5), gap=st.sampled_from([" ", "   ", "\t"]))
def test_the_true_cut_of_a_row_is_kept(row, gap):
    assume(gap != " " or len(row) <= 3)  # longer rows have more equal cuts than are kept
    pieces = pieces_of(gap.join(swedish(a) for a in row))
    assert pieces is not None
    found = [[f.decimal if f else None for f in c.figures] for c in cuts(pieces).get(len(row), ())]
    assert [Decimal(a) for a in row] in found


@given(text=st.text(alphabet="0123456789 -–()%,.\t|OlSB*kr", max_size=60))
def test_any_text_is_bounded_and_keeps_its_characters(text):
    split = split_row(text)
    if split is None:
        return
    _, pieces = split
    for options in cuts(pieces).values():
        assert len(options) <= 16
        for cut in options:
            for figure in cut.figures:
                if figure is not None:
                    printed = text[figure.start : figure.end]
                    assert printed.strip()
                    assert 0 <= figure.start < figure.end <= len(text)


def test_single_spaces_give_all_their_cuts():
    pieces = pieces_of("1 800 000 1 988 014")
    assert pieces is not None
    found = {places: options[0] for places, options in cuts(pieces).items()}
    assert [str(f.decimal) for f in found[2].figures if f] == ["1800000", "1988014"]
    assert [str(f.decimal) for f in found[3].figures if f] == ["1", "800000", "1988014"]


def test_damage_signs_and_percent():
    def read(text):
        pieces = pieces_of(text)
        assert pieces is not None
        return [str(f.decimal) for f in cuts(pieces)[min(cuts(pieces))][0].figures if f]

    assert read("(1 234)") == ["-1234"]
    assert read("– 1 765") == ["-1765"]
    assert read("1.234.567") == ["1234567"]
    assert read("8 823 (0,5 %)") == ["8823", "0.5"]
    assert read("1 8O0 000") == ["1800000"]
    assert cuts(pieces_of("l 234") or ())[1][0].figures[0].damaged


def test_prose_is_no_row():
    assert split_row("Resultatet blev 374 tkr mot budgeterade 500 tkr för året") is None
    assert split_row("Inga siffror här") is None


@given(value=st.integers(min_value=-(10**12), max_value=10**12))
def test_hundredths_are_exact(value):
    assert to_decimal(value) * 100 == value


def test_a_number_has_at_most_one_torn_group():
    assert 1 not in cuts(pieces_of("24 31 23") or ())
    assert str(cuts(pieces_of("1 80 000") or ())[1][0].figures[0].decimal) == "180000"

"""Charts by sex and age: which number is whose is decided by their sums, or not at all."""

from decimal import Decimal

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from dagster_pipelines.extraction import extract_text
from dagster_pipelines.extraction.charts import find_charts
from dagster_pipelines.extraction.source import read_source

AGES = ["15-29", "30-44", "45-59", "60-74"]
TORN = """Tot antal deltagare i insats

120
100
80

60

45
40

Antal deltagre

101
62
39
24 31 23
21 21 16
20 II 10 - ii ,
11
II iiii iiii R

15-29 30-44 45-59 60-74 Slutsumma

Aldersintervall

HKon HKvinna HMan Slutsumma
"""  # labels and figures as a scan left them


def chart(groups, split=True):
    """The text of a chart whose labels stand by height; `split`: near heights share a line."""
    marks = [
        value for k, m in groups for value in (k, m, k + m)
    ]  # in every group kvinna, man, sum, from left to right
    women, men = sum(k for k, _ in groups), sum(m for _, m in groups)
    marks += [women, men, women + men]
    lines, waiting = [], sorted(set(marks), reverse=True)
    while waiting:
        band = 3 if split else 1
        heights = [v for v in waiting if v > waiting[0] - band]
        waiting = waiting[len(heights) :]
        lines.append(" ".join(str(v) for v in marks if v in heights))
    ages = " ".join([*AGES[: len(groups)], "Slutsumma"])
    return "\n".join(
        ["Antal deltagare i insats", "", *lines, "", ages, "", "Kön Kvinna Man Slutsumma"]
    )


def labels(text):
    (found,) = find_charts(read_source(text))
    return found.labels


def test_the_torn_chart_is_put_together_and_left_to_a_person_where_a_group_is_lost():
    found = {(label.kon, label.age): label for label in labels(TORN) if label.known}
    assert {key: label.value for key, label in found.items()} == {
        ("", ""): 101, ("kvinna", ""): 62, ("man", ""): 39,
        ("kvinna", "15-29"): 24, ("man", "15-29"): 21, ("", "15-29"): 45,
        ("kvinna", "30-44"): 21, ("man", "30-44"): 10, ("", "30-44"): 31,
        ("kvinna", "45-59"): 16, ("", "45-59"): 23,
    }  # fmt: skip
    assert [key for key, label in found.items() if label.sure] == [("", "")]
    assert [label.value for label in labels(TORN) if not label.known] == [11]


def test_ticks_of_the_axis_are_no_figures():
    assert not {label.value for label in labels(TORN)} & {120, 100, 80, 60, 40, 20}


def test_a_sum_that_does_not_hold_leaves_every_number_open():
    broken = labels(TORN.replace("\n62\n", "\n63\n"))
    assert not any(label.known for label in broken)


def test_the_facts_of_a_chart_have_their_breakdown_and_insats():
    head = (
        "Delårsrapport januari-juni 2023\nSamordningsförbundet Välfärd i Nacka\n\n"
        "Resultaträkning\nBelopp i kr\t2023-06-30\nVerksamhetens intäkter\t100\nResultat\t100\n\n"
        "1. Deltagare\n\nLotsen\n\n"
    )
    text = head + chart([(24, 21), (22, 10), (16, 9)])
    facts = [f for f in extract_text(text).facts if f["statement"] == "deltagare"]
    assert {f["insats"] for f in facts} == {"Lotsen"}
    assert {f["label"] for f in facts} == {"Antal deltagare i insats"}
    whole = [f for f in facts if f["value"] == Decimal(102)]
    assert [(f["breakdown"], f["status"]) for f in whole] == [("", "reconciled")]


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(2, 40), st.integers(2, 40)), min_size=2, max_size=4))
def test_what_a_chart_is_sure_of_is_right(groups):
    text = chart(groups)
    found = find_charts(read_source(text))
    assume(found)
    true = {("", ""): sum(map(sum, groups)), ("kvinna", ""): sum(k for k, _ in groups)}
    true["man", ""] = sum(m for _, m in groups)
    for age, (k, m) in zip(AGES, groups, strict=False):
        true |= {("kvinna", age): k, ("man", age): m, ("", age): k + m}
    for label in found[0].labels:
        if label.sure:
            assert true[label.kon, label.age] == label.value


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            [
                "Antal deltagare",
                "12 3",
                "15-29 30-44 Slutsumma",
                "Kvinna Man",
                "",
                "7",
                "40",
                "33 11 22",
            ]
        ),
        max_size=40,
    )
)
def test_any_lines_are_taken_without_a_crash_or_an_invented_number(lines):
    for found in find_charts(read_source("\n".join(lines))):
        for label in found.labels:
            assert label.line.text[label.start : label.end] == str(label.value)

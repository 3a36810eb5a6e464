"""A person's decision holds for the figure it names, and says so when it no longer does."""

import pytest
from facts.helpers import fact

from dagster_pipelines.documents import decisions

HEAD = ",".join(decisions.COLUMNS)
FACT = fact(
    report_id="sofint_2025-06-30_delar", line="20", position="1", printed="2 S63 482",
    value="2563482", status="suspect", note="S eller 5",
)  # fmt: skip
ROW = "sofint_2025-06-30_delar,20,,2 S63 482,2563482,Eva Ek,2025-09-01,läst i original"


def read(tmp_path, *rows):
    path = tmp_path / "granskning.csv"
    path.write_text("\n".join([HEAD, *rows]) + "\n", encoding="utf-8")
    return decisions.read_decisions(path)


def test_a_decision_is_applied_and_signed(tmp_path):
    (fact,), (verdict,) = decisions.apply(read(tmp_path, ROW), [FACT])
    assert verdict.utfall == decisions.APPLIED
    assert (fact["value"], fact["status"], fact["printed"]) == ("2563482", "verified", "2 S63 482")
    assert fact["note"] == "S eller 5; granskad av Eva Ek 2025-09-01: läst i original"


@pytest.mark.parametrize("change", [{"printed": "2 563 482"}, {"line": "21"}, {"report_id": "x"}])
def test_a_decision_whose_source_has_changed_is_reported_and_not_applied(tmp_path, change):
    (fact,), (verdict,) = decisions.apply(read(tmp_path, ROW), [FACT | change])
    assert verdict.utfall == decisions.UNMATCHED
    assert "rad 20" in verdict.meddelande
    assert fact["status"] == "suspect"


def test_the_same_characters_twice_on_a_line_need_a_position(tmp_path):
    twice = [FACT, FACT | {"position": "2"}]
    facts, (verdict,) = decisions.apply(read(tmp_path, ROW), twice)
    assert verdict.utfall == decisions.UNMATCHED and "position" in verdict.meddelande
    facts, (verdict,) = decisions.apply(read(tmp_path, ROW.replace(",20,,", ",20,2,")), twice)
    assert verdict.utfall == decisions.APPLIED
    assert [f["status"] for f in facts] == ["suspect", "verified"]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("2563482", "många", "beslutat_varde"),
        ("2563482", "NaN", "beslutat_varde"),
        ("2563482", "+2563482", "beslutat_varde"),
        ("2563482", "1e3", "beslutat_varde"),
        ("2563482", ".5", "beslutat_varde"),
        ("2563482", "1_000", "beslutat_varde"),
        ("2563482", "٢", "beslutat_varde"),
        ("2563482", "999999999999", "utanför det rimliga för unit SEK"),
        ("läst i original", "läst\u200b i original", "osynliga tecken"),
        ("2025-09-01", "igår", "nar"),
        ("Eva Ek", "", "vem"),
        (",20,", ",tjugo,", "heltal"),
    ],
)
def test_a_faulty_row_is_named_and_not_applied(tmp_path, old, new, said):
    (fact,), (verdict,) = decisions.apply(read(tmp_path, ROW.replace(old, new)), [FACT])
    assert verdict.utfall == decisions.FAULTY
    assert "Rad 2" in verdict.meddelande and said in verdict.meddelande
    assert fact["status"] == "suspect"


@pytest.mark.parametrize(
    "content",
    [
        b"report_id;line\n",
        HEAD.encode() + b"\nen,rad,med,for,fa\n",
        HEAD.encode() + b"\n" + ROW.encode() + b",for,manga\n",
        HEAD.encode() + b"\n\xe5\xe4\xf6,1,,x,1,a,2025-01-01,b\n",
        HEAD.encode() + b'\n"oavslutad,20',
    ],
)
def test_a_torn_file_is_refused_by_name(tmp_path, content):
    path = tmp_path / "granskning.csv"
    path.write_bytes(content)
    with pytest.raises(decisions.DecisionFileError, match=r"granskning\.csv"):
        decisions.read_decisions(path)


def test_two_decisions_about_one_figure_are_not_taken_for_a_figure_twice(tmp_path):
    rows = (ROW, ROW.replace("2563482", "2863482"))
    (fact,), verdicts = decisions.apply(read(tmp_path, *rows), [FACT])
    assert [verdict.utfall for verdict in verdicts] == [decisions.APPLIED] * 2
    assert fact["value"] == "2863482"


def test_no_file_is_no_decisions(tmp_path):
    assert decisions.read_decisions(tmp_path / "granskning.csv") == []


def test_what_is_no_figure_at_all_is_struck_out(tmp_path):
    facts, (verdict,) = decisions.apply(
        read(tmp_path, ROW.replace(",2563482,", ",stryk,")), [FACT, FACT | {"line": "21"}]
    )
    assert verdict.utfall == decisions.APPLIED
    assert [fact["line"] for fact in facts] == ["21"]

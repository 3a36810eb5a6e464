"""What was read reaches the loader; what became of every document can be seen."""

import duckdb
import pytest

from dagster_pipelines.documents import decisions, delivery, readings
from dagster_pipelines.facts.loader import load_into

REPORT_ID = "sofint_2025-06-30_delar"
DECISIONS = ",".join(decisions.COLUMNS)


def deliver(home):
    documents = readings.find(home)
    readings.read_new(documents, home)
    outcome = delivery.deliver(home, documents)
    home.build_dir.mkdir(exist_ok=True)
    with duckdb.connect(home.build_db) as con:
        delivery.record(con, outcome)
    return outcome, load_into(home.build_db, home)


def query(home, sql):
    with duckdb.connect(home.build_db, read_only=True) as con:
        return con.execute(sql).fetchall()


def test_a_document_becomes_facts_with_their_source(home, report):
    outcome, files = deliver(home)
    assert [(row["fil"], row["utfall"], row["report_id"]) for row in outcome.documents] == [
        ("landing/rapport.txt", "läst", REPORT_ID)
    ]
    assert all(file.avvisade == 0 for file in files)
    lines = report.read_text("utf-8").split("\n")
    facts = query(
        home, "select line, printed, post_code, value from raw.fakta where post_code is not null"
    )
    assert len(facts) == 11
    assert all(printed in lines[line - 1] for line, printed, *_ in facts)
    assert ("summa_tillgangar", 2648294) in [(post, value) for *_, post, value in facts]
    about = query(home, "select report_id, org_number, status from raw.rapporter")
    assert about == [(REPORT_ID, "222000-1818", "unchecked")]


def test_delivering_again_changes_nothing(home, report):
    deliver(home)
    _, files = deliver(home)
    assert {file.utfall for file in files} == {"oförändrad"}


def test_a_decision_becomes_a_new_delivery(home, report):
    deliver(home)
    row = f"{REPORT_ID},18,,84 812,84821,Eva Ek,2025-09-01,omkastade siffror i tryck"
    (home.data_dir / "granskning.csv").write_text(f"{DECISIONS}\n{row}\n", encoding="utf-8")
    outcome, _ = deliver(home)
    assert [row["utfall"] for row in outcome.decisions] == [decisions.APPLIED]
    found = query(
        home,
        "select leverans_id, value, status from raw.fakta "
        "where post_code = 'fordringar' order by 1",
    )
    assert [(f"{REPORT_ID}#2", 84821, "verified")] == found[1:]
    assert found[0][:2] == (f"{REPORT_ID}#1", 84812)


def test_a_decision_on_an_unknown_report_is_reported(home, report):
    row = "vasteras_2020-06-30_delar,1,,1,1,Eva Ek,2025-09-01,x"
    (home.data_dir / "granskning.csv").write_text(f"{DECISIONS}\n{row}\n", encoding="utf-8")
    outcome, _ = deliver(home)
    assert [row["utfall"] for row in outcome.decisions] == [decisions.UNMATCHED]
    assert query(home, "select utfall from raw.granskning") == [(decisions.UNMATCHED,)]


@pytest.mark.parametrize("name", ["a.txt", "z.txt"])
def test_a_decision_applied_in_one_of_two_documents_is_applied(home, report, name):
    """Whichever of them is tried last."""
    (home.landing_dir / name).write_text(
        report.read_text("utf-8").replace("84 812", "84 813"), encoding="utf-8"
    )
    row = f"{REPORT_ID},18,,84 812,84812,Eva Ek,2025-09-01,läst i original"
    (home.data_dir / "granskning.csv").write_text(f"{DECISIONS}\n{row}\n", encoding="utf-8")
    documents = readings.find(home)
    readings.read_new(documents, home)
    assert [row["utfall"] for row in delivery.verdicts(home, documents)] == [decisions.APPLIED]


def test_a_decision_that_the_contract_refuses_loses_no_row(home, report):
    row = f"{REPORT_ID},18,,84 812,999999999999,Eva Ek,2025-09-01,omkastade siffror i tryck"
    (home.data_dir / "granskning.csv").write_text(f"{DECISIONS}\n{row}\n", encoding="utf-8")
    outcome, files = deliver(home)
    assert [row["utfall"] for row in outcome.decisions] == [decisions.FAULTY]
    assert [(file.godkanda, file.avvisade) for file in files] == [(11, 0), (1, 0)]


@pytest.mark.parametrize(
    ("name", "content", "outcome"),
    [
        ("tom.txt", b"", "tom"),
        ("brev.md", "Hej, tack för senast. Med vänlig hälsning".encode(), "ej rapport"),
        ("trasig.pdf", b"%PDF-1.7 avbruten", "trasig"),
    ],
)
def test_what_is_no_report_has_an_outcome_and_no_facts(home, name, content, outcome):
    (home.landing_dir / name).write_bytes(content)
    delivered, files = deliver(home)
    ((row),) = delivered.documents
    assert (row["utfall"], row["antal_fakta"]) == (outcome, 0)
    assert row["meddelande"]
    assert files == []


def test_metadata_that_a_person_gave_is_not_replaced(home, report):
    (home.data_dir / "rapporter.csv").write_text(
        "report_id,source_file,forbund,org_number,report_type,period_start,period_end,"
        "decided_date,sha256,extracted_by,status,note\n"
        f"{REPORT_ID},r.pdf,SOFINT,222000-1818,delar,2025-01-01,2025-06-30,,{'a' * 64},"
        "en person,verified,\n",
        encoding="utf-8",
    )
    deliver(home)
    assert query(home, "select source_file, status from raw.rapporter") == [("r.pdf", "verified")]

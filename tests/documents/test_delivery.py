"""What was read reaches the loader; what became of every document can be seen."""

import dataclasses
import hashlib
import json
import shutil
from pathlib import Path

import duckdb
import pytest

from dagster_pipelines.documents import decisions, delivery, readings, succession
from dagster_pipelines.facts.loader import load_into
from dagster_pipelines.facts.order import by_name
from tests.documents.small_report import REPORT

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


@pytest.mark.parametrize(
    ("name", "outcome"), [("a.txt", decisions.APPLIED), ("z.txt", decisions.UNMATCHED)]
)
def test_a_decision_is_tried_on_the_newest_document_of_its_report(home, report, name, outcome):
    """Of two that come together it is the last by name; the figure of the other is no help."""
    (home.landing_dir / name).write_text(
        report.read_text("utf-8").replace("84 812", "84 813"), encoding="utf-8"
    )
    decide(home, "84812")
    documents = readings.find(home)
    readings.read_new(documents, home)
    assert [row["utfall"] for row in delivery.verdicts(home, documents)] == [outcome]
    found, _ = deliver(home)
    assert [row["utfall"] for row in found.decisions] == [outcome]


FINAL = REPORT.replace("1 850 000", "1 950 000").replace("-1 700 500", "-1 800 500")


def draft() -> str:
    """One whose file would be loaded after that of the final report, by its checksum."""

    def delivered(text: str):
        return by_name(Path(f"{hashlib.sha256(text.encode()).hexdigest()[:12]}.fakta.csv"))

    drafts = (f"{REPORT}\nUtkast{'.' * dots}\n" for dots in range(100))
    return next(text for text in drafts if delivered(text) > delivered(FINAL))


def decide(home, value):
    row = f"{REPORT_ID},18,,84 812,{value},Eva Ek,2025-09-01,läst i original"
    (home.data_dir / "granskning.csv").write_text(f"{DECISIONS}\n{row}\n", encoding="utf-8")


NEWEST = (
    "select value from raw.fakta where post_code = 'verksamhetens_intakter' and leverans_id = "
    "(select arg_max(leverans_id, version) from raw.leverans)"
)


@pytest.fixture
def both(home):
    """A draft, and another night the final report, both in landing/."""
    for name, text in {"utkast.txt": draft(), "slutlig.txt": FINAL}.items():
        (home.landing_dir / name).write_text(text, encoding="utf-8")
        outcome, _ = deliver(home)
    assert query(home, NEWEST) == [(1950000,)]
    told = {row["fil"]: row["meddelande"] for row in outcome.documents}
    assert told["landing/utkast.txt"].startswith("Ersatt av landing/slutlig.txt, ")
    assert "Ersatt" not in told["landing/slutlig.txt"]
    return home


def test_a_draft_does_not_come_back_with_a_decision(both):
    decide(both, "84812")
    _, files = deliver(both)
    assert query(both, NEWEST) == [(1950000,)]
    assert sum(len(file.leveranser) for file in files) == 1


@pytest.mark.parametrize("lost", ["record", "record and build database"])
def test_which_came_first_is_known_though_the_record_is_lost(both, lost):
    if lost == "record":
        (both.documents_dir / succession.RECORD).unlink()
    else:
        version = both.versions_dir / "20260101T000000.000000Z-x"
        version.mkdir(parents=True)
        both.build_db.rename(version / both.published_db.name)
        with duckdb.connect(version / both.published_db.name) as con:
            con.execute("create schema if not exists marts")
        both.current_link.symlink_to(version)
        shutil.rmtree(both.build_dir)
    decide(both, "84812")
    deliver(both)
    assert query(both, NEWEST) == [(1950000,)]


def test_a_draft_does_not_come_back_when_the_final_is_taken_away(both):
    (both.landing_dir / "slutlig.txt").unlink()
    decide(both, "84812")
    outcome, _ = deliver(both)
    assert query(both, NEWEST) == [(1950000,)]
    assert [row["utfall"] for row in outcome.decisions] == [decisions.UNMATCHED]
    assert outcome.documents[0]["meddelande"].startswith("Ersatt av ett dokument som inte ligger")


def test_a_draft_does_not_come_back_with_a_reading_that_is_adopted(both):
    for document in readings.find(both):
        reading = document.adopted
        reading.facts[0]["note"] = "läst på annat vis"
        kept = document.folder / f"{reading.version}.json"
        kept.write_text(json.dumps(dataclasses.asdict(reading)), encoding="utf-8")
    _, files = deliver(both)
    assert query(both, NEWEST) == [(1950000,)]
    assert sum(len(file.leveranser) for file in files) == 1


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

"""Raw keeps every version, loses no row, and has a file as a whole or not at all."""

import hashlib
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dagster_pipelines.facts import loader
from dagster_pipelines.facts.kontrakt import kontrakt
from dagster_pipelines.facts.loader import FileOutcome, check_files, load, load_into
from dagster_pipelines.facts.validate import Registers
from dagster_pipelines.settings import PROJECT_DIR, Settings

from .helpers import FACT, REGISTER, REPORT, csv_text, fact, facts, write

RAW_COLUMNS = {
    "inlasning": "inlasning_id fil sha256 slag utfall lasta godkanda avvisade tidpunkt meddelande "
    "upprepade",
    "leverans": "leverans_id report_id version inlasning_id fil sha256 innehall_sha256 "
    "antal_fakta tidpunkt",
    "fakta": "leverans_id rad report_id line position page statement label post_code insats "
    "insatstyp breakdown scenario period_start period_end unit value printed status note",
    "avvisade_fakta": "inlasning_id fil rad kolumn varde orsak atgard innehall",
    "rapporter": "report_id source_file forbund org_number report_type period_start period_end "
    "decided_date sha256 extracted_by status note inlasning_id fil",
}


class Warehouse:
    """A build database and a landing folder of its own."""

    def __init__(self, home: Path) -> None:
        self.settings = Settings(home=home, data_dir=home / "data", max_file_mb=1)
        self.landing = self.settings.landing_dir
        self.landing.mkdir(parents=True)
        self.con = duckdb.connect()

    def refresh(self, register: Registers = REGISTER) -> list[FileOutcome]:
        return load(self.con, [("landing", self.landing)], self.settings, register)

    def put(self, name: str, rows: list[dict[str, str]]) -> Path:
        return write(self.landing / name, rows)

    def all(self, query: str) -> list[Any]:
        return self.con.execute(query).fetchall()

    def contents(self) -> dict[str, list[Any]]:
        return {name: self.all(f"select * from raw.{name} order by all") for name in RAW_COLUMNS}

    def values(self, leverans_id: str) -> list[int]:
        query = "select value::bigint from raw.fakta where leverans_id = ? order by line"
        return [row[0] for row in self.con.execute(query, [leverans_id]).fetchall()]


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path)
    yield made
    made.con.close()


V1, V2, V3 = (f"sofint_2024-06-30_delar#{version}" for version in (1, 2, 3))


def test_the_shipped_facts_are_all_accepted(tmp_path: Path) -> None:
    """932 facts of five reports, none rejected, judged by the project's own registers."""
    home = Settings(home=tmp_path)
    outcomes = load_into(home.build_db, home)
    assert [outcome.fil for outcome in outcomes] == [
        "data/rapporter.csv",
        "data/fakta/lekeberg-orebro_2020-06-30_delar.csv",
        "data/fakta/sofint_2021-06-30_delar.csv",
        "data/fakta/sofint_2024-06-30_delar.csv",
        "data/fakta/vasteras_2022-06-30_delar.csv",
        "data/fakta/vastra-ostergotland_2021-08-31_delar.csv",
    ]
    assert {outcome.utfall for outcome in outcomes} == {"inläst"}
    assert [outcome.godkanda for outcome in outcomes] == [5, 207, 86, 103, 436, 100]
    with duckdb.connect(home.build_db) as con:
        assert con.sql("select count(*) from raw.fakta").fetchall() == [(932,)]
        assert con.sql("select count(*) from raw.avvisade_fakta").fetchall() == [(0,)]
        orphans = "from raw.fakta anti join raw.rapporter using (report_id)"
        assert con.sql(f"select count(*) {orphans}").fetchall() == [(0,)]


def test_shipped_facts_keep_their_line_and_their_characters(tmp_path: Path) -> None:
    """`rad` leads back to the physical line of the file, and no cell is changed on the way."""
    home = Settings(home=tmp_path)
    load_into(home.build_db, home)
    with duckdb.connect(home.build_db) as con:
        for path in sorted((home.data_dir / "fakta").glob("*.csv")):
            lines = path.read_text(encoding="utf-8").split("\n")
            rows = con.execute(
                "select rad, line, position, printed from raw.fakta where report_id = ?",
                [path.stem],
            ).fetchall()
            for rad, line, position, printed in rows:
                assert lines[rad - 1].startswith(f"{path.stem},{line},{position},")
                assert printed in lines[rad - 1]


def test_raw_has_the_agreed_columns(warehouse: Warehouse) -> None:
    warehouse.refresh()
    for table, columns in RAW_COLUMNS.items():
        described = warehouse.all(f"describe raw.{table}")
        assert [row[0] for row in described] == columns.split()
    types = {row[0]: row[1] for row in warehouse.all("describe raw.fakta")}
    assert types["value"] == "DECIMAL(24,6)"
    assert types["period_end"] == "DATE"
    assert types["page"] == "INTEGER"


def test_the_same_file_again_changes_nothing(warehouse: Warehouse) -> None:
    warehouse.put("a.csv", facts(3))
    warehouse.put("b.csv", [fact(report_id="vasteras_2024-06-30_delar"), fact(unit="kr")])
    warehouse.put("c.csv", [fact(unit="kr")])
    (warehouse.landing / "d.csv").write_bytes(b"trasig")
    first = warehouse.refresh()
    assert [o.utfall for o in first] == ["inläst", "delvis avvisad", "avvisad", "avvisad"]
    before = warehouse.contents()
    again = warehouse.refresh()
    assert {outcome.utfall for outcome in again} == {"oförändrad"}
    assert "Oförändrad sedan den blev avvisad" in again[2].meddelande
    assert warehouse.contents() == before


def test_a_copy_under_another_name_is_a_duplicate(warehouse: Warehouse) -> None:
    warehouse.put("a.csv", facts(3))
    warehouse.refresh()
    before = warehouse.contents()
    warehouse.put("b.csv", facts(3))
    outcome = warehouse.refresh()[1]
    assert (outcome.utfall, outcome.lasta, outcome.leveranser) == ("dubblett", 0, ())
    assert "landing/a.csv" in outcome.meddelande
    after = warehouse.contents()
    assert len(after.pop("inlasning")) == len(before.pop("inlasning")) + 1
    assert after == before


@pytest.mark.parametrize("later", ["vm (1).csv", "vm-rattad.csv", "vm_2.csv", "vm.rättad.csv"])
def test_of_two_files_in_one_load_the_later_name_holds_and_says_so(
    warehouse: Warehouse, later: str
) -> None:
    warehouse.put(later, facts(3))
    warehouse.put("vm.csv", facts(2))
    first, second = warehouse.refresh()
    assert (first.fil, first.leveranser) == ("landing/vm.csv", (V1,))
    assert (second.fil, second.leveranser) == (f"landing/{later}", (V2,))
    assert f"{V2} ersätter landing/vm.csv, inläst samtidigt." in second.meddelande
    assert "ersätter" not in first.meddelande


def test_a_correction_of_an_earlier_load_is_not_called_simultaneous(warehouse: Warehouse) -> None:
    warehouse.put("a.csv", facts(2))
    warehouse.refresh()
    warehouse.put("b.csv", facts(3))
    assert "samtidigt" not in warehouse.refresh()[-1].meddelande


def test_content_that_was_replaced_comes_back_when_it_is_delivered_again(
    warehouse: Warehouse,
) -> None:
    """A wrong correction: what was right before it is put beside it under a third name."""
    for name, count in {"a.csv": 2, "b.csv": 3, "c.csv": 2}.items():
        warehouse.put(name, facts(count))
        outcome = warehouse.refresh()[-1]
        assert outcome.utfall == "inläst"
    assert outcome.leveranser == (V3,)
    assert warehouse.values(V3) == [0, 1]
    assert {outcome.utfall for outcome in warehouse.refresh()} == {"oförändrad"}
    warehouse.put("d.csv", facts(2))
    assert warehouse.refresh()[-1].utfall == "dubblett"


def test_content_of_which_one_report_was_replaced_is_delivered_again(warehouse: Warehouse) -> None:
    other = "vasteras_2024-06-30_delar"
    warehouse.put("a.csv", [*facts(2), fact(report_id=other)])
    warehouse.put("b.csv", facts(3))
    warehouse.refresh()
    warehouse.put("c.csv", [*facts(2), fact(report_id=other)])
    assert warehouse.refresh()[-1].leveranser == (V3,)


def test_a_replaced_file_that_is_put_away_does_not_come_back(warehouse: Warehouse) -> None:
    """Renamed as old in favour of its successor, and later moved with it to a folder."""
    old = warehouse.put("vm.csv", facts(2))
    warehouse.refresh()
    old.rename(warehouse.landing / "vm_gammal.csv")
    warehouse.put("vm.csv", facts(3))
    new, put_away = warehouse.refresh()
    assert (new.leveranser, put_away.utfall) == ((V2,), "dubblett")
    assert "har ersatts" in put_away.meddelande
    (warehouse.landing / "2024").mkdir()
    for path in list(warehouse.landing.glob("*.csv")):
        path.rename(warehouse.landing / "2024" / path.name)
    assert [outcome.utfall for outcome in warehouse.refresh()] == ["dubblett"] * 2
    assert warehouse.all("select count(*) from raw.leverans") == [(2,)]


def test_report_metadata_that_was_replaced_comes_back_too(warehouse: Warehouse) -> None:
    for name, note in {"a.csv": "x", "b.csv": "y", "c.csv": "x"}.items():
        warehouse.put(name, [REPORT | {"note": note}])
        warehouse.refresh()
    assert warehouse.all("select note, fil from raw.rapporter") == [("x", "landing/c.csv")]
    warehouse.put("d.csv", [REPORT | {"note": "x"}])
    assert warehouse.refresh()[-1].utfall == "dubblett"


def test_a_copy_of_a_refused_file_is_judged_in_its_own_name(warehouse: Warehouse) -> None:
    (warehouse.landing / "fakta.tsv").write_bytes(csv_text(facts(2)).encode())
    assert warehouse.refresh()[0].utfall == "avvisad"
    (warehouse.landing / "fakta.tsv").rename(warehouse.landing / "fakta.csv")
    assert warehouse.refresh()[0].utfall == "inläst"


def test_a_corrected_file_is_a_new_version_and_the_earlier_stays(warehouse: Warehouse) -> None:
    warehouse.put("a.csv", facts(2))
    warehouse.refresh()
    corrected = facts(2)
    corrected[1] |= {"value": "99", "printed": "99"}
    warehouse.put("a.csv", corrected)
    outcome = warehouse.refresh()[0]
    assert outcome.leveranser == (V2,)
    assert warehouse.values(V1) == [0, 1]
    assert warehouse.values(V2) == [0, 99]
    assert warehouse.all("select version, antal_fakta from raw.leverans order by 1") == [
        (1, 2),
        (2, 2),
    ]


def test_a_correction_taken_back_is_a_version_too(warehouse: Warehouse) -> None:
    for count in (2, 3, 2):
        warehouse.put("a.csv", facts(count))
        warehouse.refresh()
    assert [warehouse.values(v) for v in (V1, V2, V3)] == [[0, 1], [0, 1, 2], [0, 1]]


def test_other_spelling_of_the_same_facts_is_no_new_version(warehouse: Warehouse) -> None:
    """Order of rows, order of columns, decimals, format: none of it changes what is said."""
    rows = facts(3)
    warehouse.put("a.csv", rows)
    warehouse.refresh()
    warehouse.put("a.csv", [row | {"value": row["value"] + ".0"} for row in reversed(rows)])
    write(warehouse.landing / "b.csv", [dict(reversed(row.items())) for row in rows])
    pl.DataFrame(rows).write_parquet(warehouse.landing / "c.parquet")
    pl.DataFrame(rows).write_ndjson(warehouse.landing / "d.jsonl")
    outcomes = warehouse.refresh()
    assert [outcome.utfall for outcome in outcomes] == ["inläst"] * 4
    assert [outcome.leveranser for outcome in outcomes] == [()] * 4
    assert "Ingen ny leverans" in outcomes[0].meddelande
    assert warehouse.all("select count(*) from raw.leverans") == [(1,)]


def test_a_file_with_two_reports_makes_two_deliveries(warehouse: Warehouse) -> None:
    other = [row | {"report_id": "vasteras_2024-06-30_delar"} for row in facts(1)]
    warehouse.put("a.csv", facts(2) + other)
    assert warehouse.refresh()[0].leveranser == (V1, "vasteras_2024-06-30_delar#1")
    assert warehouse.values("vasteras_2024-06-30_delar#1") == [0]


def test_rejected_rows_are_kept_whole_with_file_line_and_reason(warehouse: Warehouse) -> None:
    warehouse.put("sub/a.csv", [fact(), fact(line="11", unit="kr", note="å ä ö")])
    outcome = warehouse.refresh()[0]
    assert (outcome.utfall, outcome.lasta, outcome.godkanda) == ("delvis avvisad", 2, 1)
    assert "Den första, rad 3, kolumn unit" in outcome.meddelande
    row = warehouse.all("select fil, rad, kolumn, varde, innehall->>'note' from raw.avvisade_fakta")
    assert row == [("landing/sub/a.csv", 3, "unit", "kr", "å ä ö")]
    assert warehouse.all("select fil, sha256 from raw.inlasning") == [
        ("landing/sub/a.csv", hashlib.sha256((warehouse.landing / "sub/a.csv").read_bytes())
         .hexdigest())
    ]  # fmt: skip


def test_a_refused_file_leaves_one_row_that_names_file_line_and_column(
    warehouse: Warehouse,
) -> None:
    whole = csv_text(facts(3))
    (warehouse.landing / "a.csv").write_text(whole[:-30], encoding="utf-8")
    outcome = warehouse.refresh()[0]
    assert (outcome.utfall, outcome.slag, outcome.lasta) == ("avvisad", "fakta", 0)
    assert "landing/a.csv: rad 4, kolumn" in outcome.meddelande
    assert warehouse.all("select count(*) from raw.fakta") == [(0,)]
    assert warehouse.all("select count(*) from raw.inlasning") == [(1,)]


def test_too_large_a_file_is_refused_unread(warehouse: Warehouse) -> None:
    (warehouse.landing / "a.csv").write_bytes(b"x" * 1_000_001)
    assert "större än 1 MB" in warehouse.refresh()[0].meddelande


def test_what_was_refused_is_tried_again_when_the_registers_grow(warehouse: Warehouse) -> None:
    warehouse.put("a.csv", facts(2))
    without = {**REGISTER, "forbund": frozenset({"vasteras"})}
    assert warehouse.refresh(without)[0].utfall == "avvisad"
    assert warehouse.refresh(without)[0].utfall == "oförändrad"
    assert warehouse.refresh()[0].leveranser == (V1,)


def test_a_file_tried_again_does_not_replace_what_came_after_it(warehouse: Warehouse) -> None:
    """Old file refused, new file in; when the old one becomes acceptable it stays old."""
    without = {**REGISTER, "post": frozenset({"periodens_resultat"})}
    warehouse.put("old.csv", [fact(post_code="kassa_och_bank", value="1")])
    assert warehouse.refresh(without)[0].utfall == "avvisad"
    warehouse.put("zz_new.csv", [fact(value="2")])
    assert warehouse.refresh(without)[1].leveranser == (V1,)
    outcome = warehouse.refresh()[0]
    assert (outcome.utfall, outcome.leveranser) == ("inläst", ())
    assert warehouse.all("select leverans_id from raw.leverans") == [(V1,)]


@pytest.fixture
def published(warehouse: Warehouse) -> Warehouse:
    """A correction of another night that sorts before what it corrects, a copy, and a return."""
    warehouse.put("vm.csv", facts(2))
    warehouse.put("sofint.csv", [fact(report_id="sofint_2024-12-31_ar")])
    warehouse.refresh()
    for name, count in {"rattad.csv": 3, "a.csv": 3, "vm.csv": 4, "b.csv": 2}.items():
        warehouse.put(name, facts(count))
        warehouse.refresh()
    publish(warehouse)
    return warehouse


def publish(warehouse: Warehouse) -> None:
    version = warehouse.settings.versions_dir / "20260101T000000.000000Z-x"
    version.mkdir(parents=True)
    target = version / warehouse.settings.published_db.name
    warehouse.con.execute(f"attach '{target}' as ut")
    warehouse.con.execute("create schema ut.raw; create schema ut.marts")
    for table in RAW_COLUMNS:
        warehouse.con.execute(f"create table ut.raw.{table} as from raw.{table}")
    warehouse.con.execute("detach ut")
    warehouse.settings.current_link.symlink_to(version)


NEWEST = (
    "select report_id, arg_max(innehall_sha256, version), arg_max(fil, version) from raw.leverans "
    "group by all order by all"
)


def test_from_nothing_the_publication_decides_what_is_later(published: Warehouse) -> None:
    before = published.all(NEWEST)
    published.put("0.csv", [fact(report_id="vasteras_2024-06-30_delar")])
    with duckdb.connect() as con:
        outcomes = load(con, [("landing", published.landing)], published.settings, REGISTER)
        assert con.execute(NEWEST).fetchall()[:2] == before[:2]
    assert [(outcome.fil.removeprefix("landing/"), outcome.utfall) for outcome in outcomes] == [
        ("sofint.csv", "inläst"),
        ("a.csv", "inläst"),
        ("rattad.csv", "dubblett"),
        ("vm.csv", "inläst"),
        ("b.csv", "inläst"),
        ("0.csv", "inläst"),
    ]
    assert not any("samtidigt" in outcome.meddelande for outcome in outcomes)


def test_a_build_database_put_back_is_brought_up_in_the_published_order(
    published: Warehouse,
) -> None:
    """An older copy, or a rebuild that was interrupted: it knows less than the publication."""
    before = published.all(NEWEST)
    with duckdb.connect() as con:
        load(con, [("landing", published.landing / "sofint.csv")], published.settings, REGISTER)
        load(con, [("landing", published.landing)], published.settings, REGISTER)
        assert con.execute(NEWEST).fetchall() == before


def test_a_file_changed_since_the_publication_is_later_than_all_of_it(published: Warehouse) -> None:
    published.put("a.csv", facts(6))
    with duckdb.connect() as con:
        load(con, [("landing", published.landing)], published.settings, REGISTER)
        assert ("landing/a.csv", 6) in con.execute(
            "select fil, antal_fakta from raw.leverans qualify version = max(version) over "
            "(partition by report_id)"
        ).fetchall()


@pytest.mark.parametrize("damage", [b"", b"trasig", None])
def test_without_a_readable_publication_files_are_loaded_by_name(
    published: Warehouse, caplog: pytest.LogCaptureFixture, damage: bytes | None
) -> None:
    shown = published.settings.published_db.name
    path = published.settings.current_link / shown
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    with duckdb.connect() as con:
        outcomes = load(con, [("landing", published.landing)], published.settings, REGISTER)
    assert [outcome.fil for outcome in outcomes] == sorted(outcome.fil for outcome in outcomes)
    assert ("published order" in caplog.text) == (damage is not None)


def test_facts_that_repeat_a_delivery_are_counted(warehouse: Warehouse) -> None:
    """Accepted = in a delivery + repeated, file by file."""
    other = "vasteras_2024-06-30_delar"
    warehouse.put("a.csv", facts(3))
    warehouse.put("b.csv", [*facts(3), fact(report_id=other)])
    warehouse.refresh()
    counted = "select fil, godkanda, upprepade from raw.inlasning order by fil"
    assert warehouse.all(counted) == [("landing/a.csv", 3, 0), ("landing/b.csv", 4, 3)]
    assert warehouse.all("select sum(antal_fakta)::int from raw.leverans") == [(4,)]


def test_a_clock_turned_back_keeps_the_order_of_versions(warehouse: Warehouse) -> None:
    warehouse.put("a.csv", facts(1))
    warehouse.refresh()
    warehouse.con.execute("update raw.leverans set tidpunkt = '2099-01-01'")
    warehouse.put("a.csv", facts(2))
    warehouse.refresh()
    times = warehouse.all("select tidpunkt from raw.leverans order by version")
    assert times[1] >= times[0]


def test_a_file_that_changes_while_it_is_read_waits(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = warehouse.put("a.csv", facts(2))
    real = loader.read

    def read_and_change(name: str, data: bytes, max_rows: int) -> Any:
        table = real(name, data, max_rows)
        path.write_bytes(data + csv_text([fact(line="99")]).split("\n")[1].encode())
        return table

    monkeypatch.setattr(loader, "read", read_and_change)
    outcome = warehouse.refresh()[0]
    assert outcome.utfall == "uppskjuten"
    assert "ändrades medan den lästes" in outcome.meddelande
    assert all(not rows for rows in warehouse.contents().values())
    monkeypatch.undo()
    assert warehouse.refresh()[0].godkanda == 3


def test_a_file_that_vanishes_waits(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    warehouse.put("a.csv", facts(1))

    def gone(path: Path, settings: Settings) -> str:
        raise FileNotFoundError(path)

    monkeypatch.setattr(loader, "_sha256", gone)
    assert warehouse.refresh()[0].utfall == "uppskjuten"
    assert warehouse.all("select count(*) from raw.inlasning") == [(0,)]


@pytest.mark.parametrize("step", ["_content", "_describe", "_delivered"])
def test_after_a_crash_a_file_is_in_or_out_as_a_whole(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    """Whatever step of the second file fails, the first is in and the second leaves no trace."""
    broken_part = {"_content": 1, "_delivered": 1, "_describe": 0}[step]
    warehouse.put("a.csv", [REPORT] if step == "_describe" else facts(2))
    other = {"report_id": "vasteras_2024-06-30_delar"}
    warehouse.put("b.csv", [(REPORT if step == "_describe" else FACT) | other])
    real, calls = getattr(loader, step), []

    def fail_on_second(*args: Any) -> Any:
        calls.append(args)
        made = real(*args)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return made

    monkeypatch.setattr(loader, step, fail_on_second)
    with pytest.raises(KeyboardInterrupt):
        warehouse.refresh()
    contents = warehouse.contents()
    assert [row[1] for row in contents["inlasning"]] == ["landing/a.csv"]
    assert len(contents["leverans"]) == broken_part
    assert len(contents["fakta"]) == 2 * broken_part
    assert len(contents["rapporter"]) == 1 - broken_part
    monkeypatch.undo()
    assert [outcome.utfall for outcome in warehouse.refresh()] == ["oförändrad", "inläst"]


def test_report_metadata_is_the_newest(warehouse: Warehouse) -> None:
    warehouse.put("rapporter.csv", [REPORT])
    assert warehouse.refresh()[0].slag == "rapporter"
    warehouse.put("rapporter.csv", [REPORT | {"decided_date": "2024-09-07", "note": "rättad"}])
    warehouse.refresh()
    rows = warehouse.all("select decided_date::varchar, note, fil, inlasning_id from raw.rapporter")
    assert rows == [("2024-09-07", "rättad", "landing/rapporter.csv", "00000002")]


def test_a_file_name_that_is_not_utf_8_does_not_stop_the_rest(warehouse: Warehouse) -> None:
    name = b"\xe5rs.csv".decode("utf-8", "surrogateescape")
    warehouse.put(name, facts(1))
    assert warehouse.refresh()[0].fil == "landing/\ufffdrs.csv"


def test_check_files_judges_without_a_database(tmp_path: Path) -> None:
    write(tmp_path / "in/a.csv", [fact(), fact(line="x")])
    (tmp_path / "b.xlsx").write_bytes(b"PK")
    settings = Settings(home=tmp_path)
    paths = [tmp_path / "in", tmp_path / "b.xlsx", tmp_path / "saknas.csv"]
    partly, excel, missing = check_files(paths, settings, REGISTER)
    assert (partly.outcome.utfall, partly.accepted.height) == ("delvis avvisad", 1)
    assert partly.rejected["kolumn"].to_list() == ["line"]
    assert ".xlsx" in excel.outcome.meddelande
    assert missing.outcome.utfall == "avvisad"
    assert "saknas.csv finns inte" in missing.outcome.meddelande
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".duckdb"] == []


def test_the_shipped_facts_pass_check_files(tmp_path: Path) -> None:
    data = PROJECT_DIR / "data"
    checked = check_files([data / "rapporter.csv", data / "fakta"], Settings(home=tmp_path))
    assert [one.outcome.utfall for one in checked] == ["inläst"] * 6


# --- conservation under damage ----------------------------------------------------------------

CELLS = st.sampled_from(
    ["", " ", "0", "-1", "1,5", "1.5", "kr", "é", '"', "a;b", "a,b", "x\ny", "\ufffd", "\x1f",
     "2024-02-30", "kon=man", "sofint_2024-06-30_delar", "99999999999999999999", "💥", "\u2028"]
)  # fmt: skip
DAMAGED_ROWS = st.lists(
    st.dictionaries(st.sampled_from(sorted(FACT)), CELLS, max_size=4).map(lambda d: FACT | d),
    min_size=1,
    max_size=12,
)
SLOW = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def assert_conserved(warehouse: Warehouse) -> None:
    counted = warehouse.all(
        "select sum(lasta)::int, sum(godkanda)::int, sum(avvisade)::int from raw.inlasning"
    )[0]
    lasta, godkanda, avvisade = (number or 0 for number in counted)
    assert lasta == godkanda + avvisade
    assert warehouse.all("select count(*) from raw.avvisade_fakta") == [(avvisade,)]
    unclear = "orsak is null or atgard is null or kolumn is null or innehall is null"
    assert warehouse.all(f"select count(*) from raw.avvisade_fakta where {unclear}") == [(0,)]
    delivered = warehouse.all("select coalesce(sum(antal_fakta), 0)::int from raw.leverans")
    assert warehouse.all("select count(*) from raw.fakta") == delivered


@SLOW
@given(rows=DAMAGED_ROWS, form=st.sampled_from(["csv", "excel", "jsonl", "parquet"]))
def test_no_row_is_lost_whatever_the_cells(
    tmp_path_factory: pytest.TempPathFactory, rows: list[dict[str, str]], form: str
) -> None:
    warehouse = Warehouse(tmp_path_factory.mktemp("w"))
    frame = pl.DataFrame(rows)
    if form in ("csv", "excel"):
        write(warehouse.landing / "a.csv", rows, delimiter=";" if form == "excel" else ",")
    elif form == "jsonl":
        frame.write_ndjson(warehouse.landing / "a.jsonl")
    else:
        frame.write_parquet(warehouse.landing / "a.parquet")
    outcome = warehouse.refresh()[0]
    written = sum(any(value.strip() for value in row.values()) for row in rows)
    assert outcome.lasta == written
    assert_conserved(warehouse)
    kept = warehouse.all("select rad from raw.fakta union all select rad from raw.avvisade_fakta")
    assert len(set(kept)) == written
    warehouse.con.close()


@SLOW
@given(
    count=st.integers(1, 6),
    seed=st.integers(0, 2**32),
    delimiter=st.sampled_from([",", ";"]),
    damage=st.lists(
        st.tuples(st.sampled_from("+-="), st.binary(min_size=1, max_size=3)),
        min_size=1,
        max_size=4,
    ),
)
def test_any_damage_to_the_bytes_of_a_csv_ends_in_a_verdict(
    tmp_path_factory: pytest.TempPathFactory,
    count: int,
    seed: int,
    delimiter: str,
    damage: list[tuple[str, bytes]],
) -> None:
    warehouse = Warehouse(tmp_path_factory.mktemp("w"))
    data = csv_text(facts(count), delimiter).encode()
    place = random.Random(seed)
    for kind, extra in damage:
        at = place.randrange(len(data) + 1)
        cut = at if kind == "+" else at + len(extra)
        data = data[:at] + (b"" if kind == "-" else extra) + data[cut:]
    (warehouse.landing / "a.csv").write_bytes(data)
    outcome = warehouse.refresh()[0]
    assert outcome.utfall in ("inläst", "delvis avvisad", "avvisad")
    assert outcome.meddelande
    assert_conserved(warehouse)
    warehouse.con.close()


def test_a_hundred_thousand_rows_load(tmp_path: Path) -> None:
    frame = pl.DataFrame([FACT]).select(pl.all().repeat_by(100_000).explode())
    many = frame.with_columns(line=pl.int_range(1, pl.len() + 1).cast(pl.String))
    path = tmp_path / "landing/a.csv"
    path.parent.mkdir()
    many.write_csv(path)
    with duckdb.connect() as con:
        outcome = load(con, [("landing", path)], Settings(home=tmp_path), REGISTER)[0]
        assert (outcome.utfall, outcome.godkanda) == ("inläst", 100_000)
        assert con.execute("select max(rad), count(*) from raw.fakta").fetchall() == [
            (100_001, 100_000)
        ]


def test_the_contract_names_of_raw_come_from_the_schema(warehouse: Warehouse) -> None:
    warehouse.refresh()
    columns = [row[0] for row in warehouse.all("describe raw.fakta")]
    assert columns == ["leverans_id", "rad", *kontrakt("fakta").names]

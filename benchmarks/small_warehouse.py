"""The smallest build database that can be published, and whether what readers see is one version.

Belongs here: a build database whose every part carries the same generation number, publishing it,
and reading that number back from database, exports and manifest. Does not belong here: faults
(`kill_harness`), or anything of the real models.
"""

import hashlib
import json
import re
import zipfile
from pathlib import Path

import duckdb

from dagster_pipelines import publish as publishing
from dagster_pipelines import versions
from dagster_pipelines.database import open_build
from dagster_pipelines.settings import Settings

REPORT = "liten_2021-06-30_delar"
SHEET = "xl/worksheets/sheet2.xml"
TABLES = f"""
create schema raw; create schema marts; create schema intermediate;
create table raw.inlasning (
    inlasning_id varchar, fil varchar, sha256 varchar, slag varchar, utfall varchar, lasta bigint,
    godkanda bigint, avvisade bigint, tidpunkt timestamptz, meddelande varchar, upprepade bigint
);
create table raw.avvisade_fakta (inlasning_id varchar);
create table raw.leverans (
    leverans_id varchar, report_id varchar, version integer, inlasning_id varchar, fil varchar,
    antal_fakta bigint, innehall_sha256 varchar
);
insert into raw.leverans values ('{REPORT}#1', '{REPORT}', 1, null, null, 1000, null);
create table raw.fakta as
    select '{REPORT}#1' as leverans_id, 'verified' as status from range(1000);
create table intermediate.int_leverans as
    select '{REPORT}#1' as leverans_id, 'publicerad' as status;
create table raw.dokument (
    fil varchar, report_id varchar, utfall varchar, meddelande varchar, antal_fakta bigint,
    antal_osakra bigint, vantande_utlasning varchar, antal_skillnader bigint
);
create table raw.granskning (
    report_id varchar, line varchar, position varchar, printed varchar, utfall varchar,
    meddelande varchar
);
create table marts.dim_rapport (
    report_id varchar, forbund_id varchar, status varchar, publicerad_version integer,
    antal_fakta bigint
);
insert into marts.dim_rapport values ('{REPORT}', 'liten', 'publicerad', 1, 1000);
create table marts.fct_rapportfakta as
    select
        '{REPORT}' as report_id, '{REPORT}#1' as leverans_id, rad::integer as line, 1 as position,
        'kr' as unit, 'etikett' as label, 'resultatrakning' as statement, 'post' as post_code,
        null::varchar as insats, null::varchar as breakdown, 'utfall' as scenario,
        null::date as period_start, date '2021-06-30' as period_end, 'verified' as status,
        0::bigint as value
    from range(1000) as t(rad);
create table marts.fct_ekonomi as
    select
        '{REPORT}' as report_id, 'resultatrakning' as statement, 'post' as post_code,
        'utfall' as scenario, null::date as period_start, date '2021-06-30' as period_end,
        0::bigint as belopp_sek;
create table marts.fct_kostnad as
    select
        '{REPORT}' as report_id, 'insats' as niva, 'i' as insats_id, 'I' as insats,
        'total' as kostnadstyp, 'utfall' as scenario, null::date as period_start,
        date '2021-06-30' as period_end, 0::bigint as belopp_sek;
create table marts.fct_kontroll (
    regel_id varchar, allvar varchar, report_id varchar, leverans_id varchar, scenario varchar,
    period_start date, period_end date, objekt varchar, enhet varchar, summa decimal(24, 6),
    led decimal(24, 6), differens decimal(24, 6), utfall varchar, mening varchar, rader varchar,
    leverans_status varchar
);
create table marts.generation as select 0 as nummer;
create table marts.rpt_insats as select 'Liten' as forbund, 0 as nummer;
"""


class InconsistentError(Exception):
    """Readers would see something that no publication put there."""


def create(home: Path) -> Settings:
    """A home with a build database of generation 0; nothing is published."""
    settings = settings_of(home)
    settings.data_dir.mkdir(parents=True)
    settings.landing_dir.mkdir()
    with open_build(settings) as con:
        con.execute(TABLES)
    return settings


def settings_of(home: Path) -> Settings:
    """The settings of such a home."""
    return Settings(home=home, data_dir=home / "data", threads=1)


def build(settings: Settings, generation: int) -> None:
    """Let every part of the build database say `generation`."""
    with open_build(settings) as con:
        con.execute("update marts.generation set nummer = ?", [generation])
        con.execute("update marts.rpt_insats set nummer = ?", [generation])
        con.execute("update marts.fct_rapportfakta set value = ?", [generation])


def publish(settings: Settings, generation: int) -> None:
    """Publish the build database as it stands."""
    publishing.publish(
        settings, run_id=f"generation-{generation}", inputs={"files": str(generation)}, seconds={}
    )


def seen(settings: Settings) -> int:
    """The generation that a reader sees, who resolves `aktuell` once.

    Raises:
        InconsistentError: database, exports and manifest do not say the same.
    """
    folder = settings.current_link.resolve(strict=True)
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    with duckdb.connect(folder / "finsam.duckdb", read_only=True, config={"threads": 1}) as con:
        said = {
            int(manifest["run_id"].removeprefix("generation-")),
            *_numbers(con, "marts.generation", "nummer"),
            *_numbers(con, "marts.fct_rapportfakta", "value"),
            *_numbers(con, f"'{folder}/parquet/generation.parquet'", "nummer"),
            *_numbers(con, f"'{folder}/parquet/fct_rapportfakta.parquet'", "value"),
            *_numbers(con, f"'{folder}/csv/generation.csv'", "nummer"),
            *_numbers(con, f"'{folder}/csv/fct_rapportfakta.csv'", "value"),
            _in_workbook(folder / "finsam.xlsx"),
        }
    if len(said) != 1 or _versions(folder) != {folder.name}:
        raise InconsistentError(f"{folder.name} says {sorted(said)} of {_versions(folder)}")
    return said.pop()


def _in_workbook(path: Path) -> int:
    """The generation in the sheet of `rpt_insats`, without the seconds that openpyxl takes."""
    with zipfile.ZipFile(path) as book:
        (number,) = re.findall(r'<c r="B2"[^>]*><v>(\d+)</v>', book.read(SHEET).decode())
    return int(number)


def _versions(folder: Path) -> set[str]:
    """The version that each file says it belongs to."""
    with zipfile.ZipFile(folder / "finsam.xlsx") as book:
        properties = book.read("docProps/core.xml").decode()
    turtle, xml = ((folder / f"dcat.{syntax}").read_text("utf-8") for syntax in ("ttl", "rdf"))
    return {
        json.loads((folder / "manifest.json").read_text("utf-8"))["version"],
        json.loads((folder / "datapackage.json").read_text("utf-8"))["version"],
        *re.findall(r"<dc:description>(.*?)</dc:description>", properties),
        *re.findall(r'dcat:version "(.*?)"', turtle),
        *re.findall(r"<dcat:version>(.*?)</dcat:version>", xml),
    }


def check_bytes(settings: Settings) -> None:
    """Hold every published file against the hash in the manifest.

    Raises:
        InconsistentError: a file is not the one that was published.
    """
    folder = settings.current_link.resolve(strict=True)
    noted = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["hashes"]
    for name, sha256 in noted.items():
        if hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256:
            raise InconsistentError(f"{folder.name}/{name} is not what was published")
    for name in versions.ENTRIES:
        if (settings.warehouse_dir / name).resolve() != folder / name:
            raise InconsistentError(f"warehouse/{name} does not lead to {folder.name}")


def _numbers(con: duckdb.DuckDBPyConnection, table: str, column: str) -> list[int]:
    return [row[0] for row in con.execute(f"select distinct {column} from {table}").fetchall()]

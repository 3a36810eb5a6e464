"""From the build database to what readers open: one version with database, exports and manifest.

Belongs here: copying, holding the copy against what is published, having the exports written
beside it, and describing it all in the manifest. Does not belong here: deciding whether the guards
allow it (`assets/publish.py`), what an export looks like (`exports`), or the replacement itself
(`versions`).
"""

import hashlib
import json
import logging
import platform
import shutil
import subprocess
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb

from dagster_pipelines import carry, quarantine, versions
from dagster_pipelines.database import build_config
from dagster_pipelines.exports import Export, Publication
from dagster_pipelines.exports.datapackage import write_datapackage
from dagster_pipelines.exports.dcat import write_catalogue
from dagster_pipelines.exports.excel import write_workbook
from dagster_pipelines.exports.marts import (
    Mart,
    in_order,
    key_without_index,
    primary_key,
    read_marts,
)
from dagster_pipelines.exports.partitioned import write_partitioned
from dagster_pipelines.exports.tables import Changed, parquet_of, write_tables
from dagster_pipelines.facts import loader
from dagster_pipelines.inputs import Fingerprint, delivered
from dagster_pipelines.manifest import Manifest
from dagster_pipelines.outcome import Break
from dagster_pipelines.settings import PROJECT_DIR, Settings

SCHEMAS = ("raw", "marts")
STORAGE = "v1.2.0"
"""The oldest DuckDB that can open what is published: ODBC, JDBC and BI tools lag behind ours."""
LIBRARIES = (
    "dbt-core", "dbt-duckdb", "duckdb", "dagster", "dagster-dbt",
    "great-expectations", "polars", "pyarrow", "finsam",
)  # fmt: skip
FACTS = "fct_rapportfakta"
"""The mart in which every published fact is a row."""
log = logging.getLogger("finsam.publish")


class LossError(Exception):
    """Something delivered or published would be lost or another, and nothing says why.

    `breaks` lists it.
    """

    def __init__(self, breaks: Sequence[Break]) -> None:
        self.breaks = list(breaks)
        super().__init__("; ".join(found.message for found in breaks))


@dataclass(frozen=True)
class Staged:
    """A version that is written but that nobody sees yet.

    `folder` holds it, `steps` says how many publications lie behind one made from scratch, and
    `about` is what its manifest will say of its contents.
    """

    folder: Path
    run_id: str
    steps: int
    about: Manifest


def publish(
    settings: Settings,
    *,
    run_id: str,
    inputs: Fingerprint,
    seconds: Mapping[str, float],
    accept_loss: bool = False,
) -> Manifest:
    """Stage and release in one, for who has nothing to ask in between."""
    with staging(settings, run_id=run_id, accept_loss=accept_loss) as staged:
        return release(settings, staged, inputs=inputs, seconds=seconds)


@contextmanager
def staging(settings: Settings, *, run_id: str, accept_loss: bool = False) -> Iterator[Staged]:
    """The next version written beside what readers see: `raw` and `marts` of the build database.

    Where the build rests on the last publication, what has changed since is carried into a copy
    of that. What is not released within the context is removed.

    Args:
        settings: where the build database and the published versions are.
        run_id: the Dagster run that built it; the manifest carries it as proof.
        accept_loss: go on although facts disappear without a reason; the manifest lists them.

    Raises:
        LossError: facts would disappear without a reason, or what is published cannot be read to
            compare with, or something delivered is neither published nor accounted for.
        OSError: it could not be written.
    """
    folder = versions.stage(settings, run_id)
    try:
        yield _write(settings, folder, run_id, accept_loss)
    finally:
        shutil.rmtree(folder, ignore_errors=True)  # a released version has another name


def _write(settings: Settings, staged: Path, run_id: str, accept_loss: bool) -> Staged:
    earlier = versions.last_shown(settings)
    name = staged.name.removeprefix(".")
    about = Publication(name, versions.time_of(name), versions.first_issued(settings, name), staged)

    staged_db = staged / settings.published_db.name
    base, steps, changed = _stage_database(settings, staged_db)
    with _beside_build(settings, staged_db) as con:
        conserved = conservation(con)
        if base is None:  # what is carried on is held against what was published
            _unaltered(con)
    with duckdb.connect(staged_db, config=_config(settings)) as con:
        lost = _lost(con, earlier, accept_loss) if earlier else []
        marts = read_marts(con)
        exports = write_tables(con, marts, staged, base, changed)
        exports += write_workbook(con, marts, about, settings)
        if settings.engine == "spark":
            write_partitioned(marts, staged, settings)
        contents = _contents(con)
        there = delivered(settings)
        contents["refused"] = _refused(contents, there)
        contents["replaced"] = _replaced(con, there)
        period = _period(con, marts)
        con.execute("checkpoint")

    hashes = _hashes(staged, _linked(staged, base) if base else None)
    reports = [row["report_id"] for row in contents["reports"] if row["publicerad_version"]]
    exports.append(write_datapackage(marts, reports, about, settings, hashes))
    hashes = _hashes(staged, hashes)
    exports += write_catalogue(marts, period, about, settings, hashes)
    hashes = _hashes(staged, hashes)
    described = {
        "version": name,
        "run_id": run_id,
        "published_at": about.published_at.isoformat(timespec="seconds"),
        **contents,
        "conservation": conserved,
        "accepted_loss": lost,
        "exports": [_measured(staged, export, hashes) for export in exports],
        "hashes": hashes,
    }
    return Staged(staged, run_id, steps, described)


def release(
    settings: Settings,
    staged: Staged,
    *,
    inputs: Fingerprint,
    seconds: Mapping[str, float],
    postponed: Mapping[str, str] | None = None,
) -> Manifest:
    """Make a staged version what readers see.

    Args:
        settings: as given to `staging`.
        staged: what that gave.
        inputs: the fingerprint taken before the run read anything.
        seconds: wall time per step so far.
        postponed: files that could not be read, by name, with the reason.

    Returns:
        The manifest as written.

    Raises:
        OSError: it could not be written. Readers still see what they saw.
    """
    manifest = {
        **staged.about,
        "revision": git_revision(),
        "inputs": {**inputs},
        "postponed": {**(postponed or {})},
        "versions": {"python": platform.python_version(), **_versions()},
        "seconds": {step: round(value, 3) for step, value in seconds.items()},
    }
    (staged.folder / settings.published_manifest.name).write_text(
        json.dumps(manifest, ensure_ascii=False, indent=2) + "\n", encoding="utf-8"
    )
    facts = manifest["tables"].get("marts.fct_rapportfakta")
    noted = {"run_id": staged.run_id, "reports": len(manifest["reports"]), "facts": facts}
    versions.put_in_place(settings, staged.folder, noted)
    carry.note_base(settings, manifest["version"], staged.steps)
    lost = len(manifest["accepted_loss"])
    log.info("published", extra={"version": manifest["version"], **noted, "lost": lost})
    return manifest


def _stage_database(settings: Settings, staged_db: Path) -> tuple[Path | None, int, Changed]:
    """Write the staged database: from the last publication where the build rests on it, else anew.

    Returns that publication (None when anew), how many steps lie behind a copy from scratch, and
    the tables that changed since.

    Raises:
        LossError: rows are other than those published, and no delivery touches them.
    """
    found = carry.base(settings)
    if found:
        base, steps = found
        carry.copy_file(base / staged_db.name, staged_db)
        with _beside_build(settings, staged_db) as con:
            try:
                changed = carry.bring_up_to_date(con)
            except carry.StrayError as stray:
                raise LossError([_stray_break(stray)]) from stray
        if changed is not None:
            return base, steps + 1, changed
        log.warning("published anew: the last publication cannot be carried on from")
        staged_db.unlink()
    with _beside_build(settings, staged_db) as con:
        con.execute("begin")  # else each of hundreds of comments waits for the disk
        _copy(con)
        con.execute(quarantine.TABLE)
        con.execute("commit")
    return None, 0, {}


def _config(settings: Settings) -> dict[str, Any]:
    return {**build_config(settings), "storage_compatibility_version": STORAGE}


@contextmanager
def _beside_build(settings: Settings, staged_db: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """The staged database with the build database attached as `bygge`."""
    with duckdb.connect(staged_db, config=_config(settings)) as con:
        con.execute(f"attach '{_quoted(settings.build_db)}' as bygge (read_only)")
        yield con
        con.execute("detach bygge")


def conservation(con: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Where everything that was ever delivered went, in rows and facts.

    `con` is the staged copy with the build database attached as `bygge`. Counted on what is about
    to be published, whatever dbt's tests and the guards said of what it was copied from.

    Raises:
        LossError: the numbers do not add up; each equation that fails is a row.
    """
    [counted] = _records(con, CONSERVATION)
    failed = [
        {"ekvation": said, "vänster": left, "höger": right}
        for said, left, right in _equations(counted)
        if left != right
    ]
    if failed:
        raise LossError(
            [
                Break(
                    "bevarande",
                    "What was delivered is not all accounted for. Run finsam refresh --full. If it "
                    "says the same, the build database has lost rows: put back a copy of "
                    ".build/bygge.duckdb, or move it away and refresh, which reads data/ and "
                    "landing/ anew and stops if that brings less back than is published.",
                    failed,
                )
            ]
        )
    return counted


def _equations(counted: Mapping[str, int]) -> list[tuple[str, int, int]]:
    n = counted
    return [
        ("lästa = godkända + avvisade", n["lasta"], n["godkanda"] + n["avvisade"]),
        ("varje avvisad rad är bevarad", n["avvisade"], n["bevarade_avvisade"]),
        ("godkända fakta = levererade + upprepade", n["oredovisade"], 0),
        ("varje levererat faktum är bevarat", n["levererade_fakta"], n["fakta"]),
        (
            "fakta = publicerade + osäkra + i karantän + ersatta",
            n["fakta"],
            n["publicerade"] + n["osakra"] + n["i_karantan"] + n["ersatta"],
        ),
    ]


CONSERVATION = """
    with filer as (
        -- the bookkeeping of files from before repeated facts were counted has null there
        select count(*) filter (i.slag = 'fakta' and i.upprepade is not null
                and i.godkanda <> coalesce(l.fakta, 0) + i.upprepade) as oredovisade,
            coalesce(sum(lasta), 0)::bigint as lasta,
            coalesce(sum(godkanda), 0)::bigint as godkanda,
            coalesce(sum(avvisade), 0)::bigint as avvisade,
            coalesce(sum(upprepade), 0)::bigint as upprepade
        from raw.inlasning as i
        left join (
            select inlasning_id, sum(antal_fakta) as fakta from raw.leverans group by all
        ) as l using (inlasning_id)
    ),
    fakta as (
        select count(*) as fakta,
            count(*) filter (l.status = 'publicerad' and f.status = 'suspect') as osakra,
            count(*) filter (l.status = 'i karantän') as i_karantan,
            count(*) filter (l.status = 'ersatt') as ersatta
        from raw.fakta as f left join bygge.intermediate.int_leverans as l using (leverans_id)
    )
    select
        filer.*, (select count(*) from raw.avvisade_fakta) as bevarade_avvisade,
        (select coalesce(sum(antal_fakta), 0)::bigint from raw.leverans) as levererade_fakta,
        fakta.*, (select count(*) from marts.fct_rapportfakta) as publicerade
    from filer, fakta
"""


def _unaltered(con: duckdb.DuckDBPyConnection) -> None:
    """Raises LossError where a delivery does not say what it said when it was loaded."""
    altered = loader.altered(con)
    if altered:
        raise LossError(
            [
                Break(
                    "oförändrade leveranser",
                    f"The facts of {', '.join(altered[:3])}{' …' if altered[3:] else ''} are not "
                    "those that were delivered: something has written to the build database. Put "
                    "back a copy of .build/bygge.duckdb, or move it away and refresh, which reads "
                    "data/ and landing/ anew.",
                    [{"leverans_id": each} for each in altered],
                )
            ]
        )


def _stray_break(stray: carry.StrayError) -> Break:
    return Break(
        "orörda rader",
        f"Rows of {stray} are other than those published, though nothing delivered since touches "
        "them: something has written to the build database. The next refresh builds and tests "
        "everything anew, which mends it or says what is wrong.",
        [{"tabell": table} for table in stray.tables],
    )


def _lost(con: duckdb.DuckDBPyConnection, earlier: Path, accept_loss: bool) -> list[dict[str, Any]]:
    """Reports whose published facts are gone from the staged database without a reason.

    A newer delivery of the report, or its quarantine, is a reason. Compared with the Parquet of
    the version `earlier`, which no reader can hold closed, held against its hash first.

    Raises:
        LossError: there are such facts, or no telling, and the loss was not accepted.
    """
    facts = parquet_of(earlier, FACTS)
    try:
        if not facts or versions.intact(earlier, f"parquet/{FACTS}") is False:
            raise OSError(f"parquet/{FACTS} of {earlier} is not what was published")
        lost = _records(con, LOST, {"files": [str(file) for file in facts]})
    except (OSError, duckdb.Error) as unreadable:
        log.warning("what is published cannot be compared with", extra={"why": str(unreadable)})
        if not accept_loss:
            raise LossError([_unknown_loss(earlier, unreadable)]) from unreadable
        return []
    if lost and not accept_loss:
        raise LossError([_loss_break(lost)])
    return lost


# A sum of hashes says which reports to look into: to hold every published fact against every other
# takes fifteen times the work, and memory for all of them.
LOST = """
    with publicerat as (select report_id, line, position, leverans_id from read_parquet($files)),
    tidigare as (
        select report_id, count(*) as antal, sum(hash(line, position)) as summa
        from publicerat group by report_id
    ),
    nya as (
        select report_id, count(*) as antal, sum(hash(line, position)) as summa
        from marts.fct_rapportfakta group by report_id
    ),
    andrade as (select report_id from tidigare anti join nya using (report_id, antal, summa)),
    borta as (
        select
            report_id, count(*) as antal, min(line) as forsta_rad,
            max(split_part(leverans_id, '#', -1)::integer) as version
        from publicerat
        semi join andrade using (report_id)
        anti join marts.fct_rapportfakta using (report_id, line, position)
        group by report_id
    )
    select
        borta.report_id, borta.antal, borta.forsta_rad, borta.version as publicerad_version,
        nu.publicerad_version as ny_version, coalesce(nu.status, 'saknas') as ny_status
    from borta left join marts.dim_rapport as nu using (report_id)
    where nu.status is distinct from 'i karantän'
        and coalesce(nu.publicerad_version, 0) <= borta.version
    order by report_id
"""


def _loss_break(lost: list[dict[str, Any]]) -> Break:
    facts = sum(row["antal"] for row in lost)
    return Break(
        "förlust",
        f"{facts} facts of {', '.join(row['report_id'] for row in lost)}, published before, would "
        "no longer be, though no newer delivery replaces them and no quarantine stops them. Find "
        "out why; if it is right, run finsam refresh --accept-loss.",
        lost,
    )


def _unknown_loss(earlier: Path, why: Exception) -> Break:
    return Break(
        "förlust",
        f"The published facts cannot be read to compare with, so there is no telling whether any "
        f"would be lost ({why}). Let readers see a whole version again with finsam rollback and "
        "refresh; or, where there is none, run finsam refresh --accept-loss.",
        [{"version": earlier.name}],
    )


def _hashes(staged: Path, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The sha256 of every file of the version, by its name within it; `known` ones are not read."""
    found = dict(known or {})
    for path in sorted(path for path in staged.rglob("*") if path.is_file()):
        name = path.relative_to(staged).as_posix()
        if name not in found:
            with path.open("rb") as file:
                found[name] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def _linked(staged: Path, base: Path) -> dict[str, str]:
    """The hashes of the files that `base`, which was held against them, has in common."""
    noted = versions.noted(base)
    return {
        name: sha256
        for name, sha256 in noted.items()
        if (staged / name).exists() and (staged / name).samefile(base / name)
    }


def _measured(staged: Path, export: Export, hashes: Mapping[str, str]) -> dict[str, Any]:
    return {
        **asdict(export),
        "bytes": (staged / export.path).stat().st_size,
        "sha256": hashes[export.path],
    }


def _period(con: duckdb.DuckDBPyConnection, marts: Sequence[Mart]) -> tuple[date, date] | None:
    """First and last day that any figure is about."""
    if "dim_period" not in {mart.name for mart in marts}:
        return None
    (found,) = con.execute(
        "select min(coalesce(period_start, period_end)), max(period_end) from marts.dim_period"
    ).fetchall()
    return found if found[0] else None


def git_revision() -> str | None:
    """The commit of the code, with `+` when files differ from it; None outside git."""
    try:
        run = subprocess.run(
            ["git", "describe", "--always", "--abbrev=40", "--dirty=+", "--exclude=*"],  # noqa: S607
            cwd=PROJECT_DIR, capture_output=True, text=True, check=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        return None
    return run.stdout.strip()


def _copy(con: duckdb.DuckDBPyConnection) -> None:
    """SCHEMAS: tables (constraints, comments, rows in a fixed order), views, table macros."""
    for schema in SCHEMAS:
        con.execute(f'create schema "{schema}"')
    tables = _objects(con, "duckdb_tables()", "table_name", "table_name")
    for schema, name, ddl, comment in tables:
        con.execute(ddl)
        order = _order(con, schema, name)
        con.execute(f"insert into {_id(schema, name)} from bygge.{_id(schema, name)} {order}")
        _index(con, schema, name)
        _comment(con, "table", _id(schema, name), comment)
    for schema, name, ddl, comment in _objects(con, "duckdb_views()", "view_name", "view_oid"):
        con.execute(ddl)
        _comment(con, "view", _id(schema, name), comment)
    for schema, name, parameters, body in con.execute(
        "select schema_name, function_name, parameters, macro_definition from duckdb_functions() "
        "where database_name = 'bygge' and schema_name in ? and function_type = 'table_macro' "
        "order by all", [SCHEMAS],
    ).fetchall():  # fmt: skip
        con.execute(f"create macro {_id(schema, name)}({', '.join(parameters)}) as table {body}")
    columns = con.execute(
        "select schema_name, table_name, column_name, comment from duckdb_columns() "
        "where database_name = 'bygge' and schema_name in ? and comment is not null",
        [SCHEMAS],
    ).fetchall()
    for schema, table, column, comment in columns:
        _comment(con, "column", _id(schema, table, column), comment)


def _index(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> None:
    """The primary key of a mart, made when its rows are there, which costs half as much.

    The build has none (macros/contract.sql).
    """
    key = key_without_index(con, table) if schema == "marts" else ()
    if key:
        con.execute(
            f"alter table {_id(schema, table)} add primary key ({', '.join(map(_id, key))})"
        )


def _order(con: duckdb.DuckDBPyConnection, schema: str, table: str) -> str:
    """How the rows of a new table are to lie: those of a förbund together, as people ask for them.

    The keys are hashes; by them every question would read the whole table.
    """
    if schema != "marts":
        return "order by all"
    columns = [
        name
        for (name,) in con.execute(
            "select column_name from duckdb_columns() where database_name = current_database() "
            "and schema_name = ? and table_name = ? order by column_index", [schema, table],
        ).fetchall()
    ]  # fmt: skip
    first = "forbund_id, " if "forbund_id" in columns else ""
    return f"order by {first}{in_order(columns, primary_key(con, table))}"


def _objects(
    con: duckdb.DuckDBPyConnection, catalog: str, name: str, order: str
) -> list[tuple[str, str, str, str | None]]:
    return con.execute(
        f"select schema_name, {name}, sql, comment from {catalog} "
        f"where database_name = 'bygge' and schema_name in ? order by schema_name, {order}",
        [SCHEMAS],
    ).fetchall()


def _comment(con: duckdb.DuckDBPyConnection, kind: str, name: str, comment: str | None) -> None:
    if comment:
        con.execute(f"comment on {kind} {name} is '{_quoted(comment)}'")


def _contents(con: duckdb.DuckDBPyConnection) -> Manifest:
    """What the staged database holds, for people and for `finsam status`."""
    tables = con.execute(
        "select table_schema, table_name from information_schema.tables "
        "where table_schema in ? order by all", [SCHEMAS],
    ).fetchall()  # fmt: skip
    return {
        "files": _records(con, FILES),
        "tables": {
            f"{schema}.{name}": _one(con, f"select count(*) from {_id(schema, name)}")
            for schema, name in tables
        },
        "suspects": _one(con, "select count(*) from raw.fakta where status = 'suspect'"),
        "checks": {row["utfall"]: row["antal"] for row in _records(con, CHECKS)},
        "reports": _records(con, REPORTS),
        "quarantine": _records(con, QUARANTINE),
        "quarantine_log": _records(con, QUARANTINE_LOG),
        "documents": _records(con, DOCUMENTS),
        "decisions": _records(con, DECISIONS),
    }


def _refused(contents: Manifest, there: Collection[str]) -> list[str]:
    """Files that lie there still and gave nothing: refused whole, or a document without facts."""
    files = [file["fil"] for file in contents["files"] if file["utfall"] == loader.AVVISAD]
    documents = [one["fil"] for one in contents["documents"] if one["utfall"] != "läst"]
    return sorted({*files, *documents} & {*there})


def _replaced(con: duckdb.DuckDBPyConnection, there: Collection[str]) -> list[dict[str, str]]:
    """Reports of which two files lie there still, of one load: their names say which holds."""
    found = _records(con, REPLACED, {"said": loader.SAMTIDIGT})
    return [row for row in found if {row["fil"], row["ersatt"]} <= {*there}]


REPLACED = """
    select later.report_id, later.fil, earlier.fil as ersatt
    from raw.leverans as later
    join raw.leverans as earlier
        on later.report_id = earlier.report_id and later.version = earlier.version + 1
    join raw.inlasning as i on later.inlasning_id = i.inlasning_id
    where contains(i.meddelande, ' ersätter ' || earlier.fil || ', ' || $said)
        and later.version = (
            select max(version) from raw.leverans where report_id = later.report_id
        )
    order by all
"""
FILES = """
    select fil, sha256, slag, utfall, lasta, godkanda, avvisade, meddelande from raw.inlasning
    qualify row_number() over (partition by fil order by inlasning_id desc) = 1
    order by fil
"""
CHECKS = "select utfall, count(*) as antal from marts.fct_kontroll group by all order by all"
REPORTS = """
    select
        d.report_id, d.forbund_id, d.status, d.publicerad_version, d.antal_fakta,
        map_from_entries(list((k.utfall, k.antal) order by k.utfall)
            filter (where k.utfall is not null)) as kontroller
    from marts.dim_rapport as d
    left join (
        select report_id, utfall, count(*) as antal from marts.fct_kontroll group by all
    ) as k on d.report_id = k.report_id
    group by all
    order by d.report_id
"""
QUARANTINE = """
    select
        report_id, regel_id, scenario, cast(period_start as varchar) as period_start,
        cast(period_end as varchar) as period_end, objekt, enhet,
        cast(summa as varchar) as summa, cast(led as varchar) as led,
        cast(differens as varchar) as differens, mening, rader
    from marts.fct_kontroll
    where leverans_status = 'i karantän' and allvar = 'blockerande' and utfall = 'brott'
    order by all
"""
# One row per stop, or change of what stops it, with what let the delivery go; the numbers of a
# stop that still holds are in QUARANTINE.
QUARANTINE_LOG = """
    select
        leverans_id, report_id, regler, nar as stoppad,
        min(nar) filter (handelse = 'släppt') over senare as slappt,
        arg_min(orsak, tidpunkt) filter (handelse = 'släppt') over senare as slappt_av
    from (
        select *, strftime(tidpunkt at time zone 'UTC', '%Y-%m-%dT%H:%M:%S+00:00') as nar
        from raw.karantan
    )
    window senare as (
        partition by leverans_id order by tidpunkt
        rows between 1 following and unbounded following
    )
    qualify handelse = 'i karantän'
    order by stoppad, leverans_id
"""
DOCUMENTS = """
    select
        fil, report_id, utfall, meddelande, antal_fakta, antal_osakra, vantande_utlasning,
        antal_skillnader
    from raw.dokument
    order by fil
"""
DECISIONS = """
    select report_id, line, position, printed, utfall, meddelande from raw.granskning
    where utfall <> 'tillämpad'
    order by all
"""


def _records(
    con: duckdb.DuckDBPyConnection, sql: str, values: Mapping[str, object] | None = None
) -> list[dict[str, Any]]:
    cursor = con.execute(sql, values)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def _one(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0])


def _versions() -> dict[str, str]:
    return {name: version(name) for name in LIBRARIES}


def _id(*parts: str) -> str:
    return ".".join('"{}"'.format(part.replace('"', '""')) for part in parts)


def _quoted(text: str | Path) -> str:
    return str(text).replace("'", "''")

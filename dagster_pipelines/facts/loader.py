"""Files into the raw schema of the build database: one transaction per file, nothing overwritten.

Belongs here: which files are new, the outcome of each, deliveries and their versions.
Does not belong here: reading (`reader`), judging rows (`validate`), anything after raw (dbt).

Raw is append-only but for `raw.rapporter`, which has the newest metadata of each report.
"""

import hashlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb
import polars as pl

from dagster_pipelines import evidence
from dagster_pipelines.database import build_config
from dagster_pipelines.files import readable
from dagster_pipelines.settings import PROJECT_DIR, Settings

from .kontrakt import Kontrakt, kontrakt
from .order import as_published
from .reader import FileRefused, list_files, read
from .validate import REJECTED_SCHEMA, Registers, read_registers, validate

INLAST, DELVIS, AVVISAD, DUBBLETT = "inläst", "delvis avvisad", "avvisad", "dubblett"
OFORANDRAD, UPPSKJUTEN = "oförändrad", "uppskjuten"
"""The last two leave no row in `raw.inlasning`: nothing new, and not settled yet."""
SAMTIDIGT = "inläst samtidigt"
"""Said of a delivery that was replaced by another file of the same load: which is the later was
decided by their names, and a person should see it."""

LATEST = "~"
"""After every `inlasning_id`."""
SHARE = 1_000
"""Deliveries whose facts are read at a time when all of them are."""
SQL_TYPES = {
    "string": "varchar",
    "integer": "integer",
    "number": "decimal(24, 6)",
    "date": "date",
}


@dataclass(frozen=True)
class FileOutcome:
    """What became of one file; the fields are the columns of `raw.inlasning`."""

    fil: str
    sha256: str
    slag: str
    utfall: str
    lasta: int
    godkanda: int
    avvisade: int
    meddelande: str
    leveranser: tuple[str, ...] = ()
    """The deliveries that the file made: none when it says what is already known."""


@dataclass(frozen=True)
class _Load:
    """What the files of one load are judged by, and what there was when it began."""

    settings: Settings
    register: Registers
    last: str
    """The newest `inlasning_id` before it; empty when there was none."""
    places: Mapping[str, Path]
    """Every file that lies there, by the name that the warehouse knows it by."""
    lost: Collection[str]
    """Those of them that are loaded in the order of the publication."""


@dataclass(frozen=True)
class CheckedFile:
    """A file held to the contract: its outcome and its rows, typed or rejected."""

    outcome: FileOutcome
    accepted: pl.DataFrame = field(repr=False)
    rejected: pl.DataFrame = field(repr=False)


def load_into(db_path: Path, settings: Settings) -> list[FileOutcome]:
    """Load the shipped facts, what documents gave and the landing folder into `db_path`."""
    db_path.parent.mkdir(parents=True, exist_ok=True)
    roots = [
        ("data", settings.data_dir / "rapporter.csv"),
        ("data/fakta", settings.data_dir / "fakta"),
        ("dokument", settings.documents_dir / "leverans"),
        ("landing", settings.landing_dir),
    ]
    with duckdb.connect(db_path, config=build_config(settings)) as con:
        return load(con, [root for root in roots if root[1].exists()], settings)


def load(
    con: duckdb.DuckDBPyConnection,
    roots: Sequence[tuple[str, Path]],
    settings: Settings,
    register: Registers | None = None,
) -> list[FileOutcome]:
    """Bring every new or changed file under the roots into raw; one outcome per file.

    They are taken in the order of the roots and then of their names, which is what makes one of
    two the later; into a raw that has lost what is published, in the order of the publication.
    A root is a name and a file or folder; `fil` is the name and the path within the root.
    Unknown förbund and posts are judged by `register`, the project's seeds unless given.
    Raises RegisterMissing. After any other exception each file is in or out as a whole.
    """
    register = register or read_registers(PROJECT_DIR / "seeds")
    con.execute(_tables())
    files = [named for name, root in roots for named in _named(name, root)]
    last = _single(con, "select max(inlasning_id) from raw.inlasning having count(*) > 0") or ""
    lost = _lost(files, as_published(settings, last), settings)
    files.sort(key=lambda file: lost.get(file[1], LATEST))
    this = _Load(settings, register, last, {fil: path for path, fil in files}, lost)
    return [_load_file(con, path, fil, this) for path, fil in files]


def _lost(
    files: Sequence[tuple[Path, str]], published: Mapping[tuple[str, str], str], settings: Settings
) -> dict[str, str]:
    """When each file that is published as it lies there was loaded, where raw has lost that.

    In the order of their names a correction that came another night would be replaced by what it
    corrects, if it sorts before it.
    """
    found = {}
    for path, fil in files if published else ():
        with suppress(OSError):
            found[fil] = published.get((fil, _sha256(path, settings)), LATEST)
    return {fil: at for fil, at in found.items() if at != LATEST}


def check_files(
    paths: Sequence[Path], settings: Settings, register: Registers | None = None
) -> list[CheckedFile]:
    """Hold files and folders to the contract without loading anything."""
    register = register or read_registers(PROJECT_DIR / "seeds")
    return [
        _check(path, str(path), settings, register)
        if path.exists()
        else _without_rows(
            replace(_blank(str(path), ""), utfall=AVVISAD, meddelande=f"{path} finns inte.")
        )
        for root in paths
        for path in (list_files(root) if root.exists() else [root])
    ]


def _named(name: str, root: Path) -> list[tuple[Path, str]]:
    """The files of a root with the names that the warehouse knows them by."""
    base = root.parent if root.is_file() else root
    return [
        (path, f"{name}/{readable(path.relative_to(base).as_posix())}") for path in list_files(root)
    ]


# --- one file ---------------------------------------------------------------------------------


def _load_file(con: duckdb.DuckDBPyConnection, path: Path, fil: str, load: _Load) -> FileOutcome:
    """Write what is new. What was refused is tried again: the rules may have changed since."""
    try:
        sha256 = _sha256(path, load.settings)
    except OSError:
        return _unreadable(fil)
    last = _last_outcome(con, fil)
    same = last is not None and last.sha256 == sha256
    if last and same and not _refused(last):
        _keep(path, last, load.settings)
        return _unchanged(last)
    known = None if last else _known(con, sha256, load)
    if known:
        checked = _without_rows(replace(_blank(fil, sha256), utfall=DUBBLETT, meddelande=known))
    else:
        checked = _check(path, fil, load.settings, load.register)
    if checked.outcome.utfall == UPPSKJUTEN:
        return checked.outcome
    if last and same and _verdict(last) == _verdict(checked.outcome):
        return _unchanged(last)
    if not _keep(path, checked.outcome, load.settings):
        return _postponed(fil, "Filen ändrades medan den lästes.")
    with _transaction(con):
        return _write(con, checked, load, again=same)


def _keep(path: Path, outcome: FileOutcome, settings: Settings) -> bool:
    """Keep the file behind accepted rows; False when it has changed or gone since it was read."""
    try:
        return not outcome.godkanda or evidence.keep(path, outcome.sha256, settings)
    except FileNotFoundError:
        return False


def _refused(outcome: FileOutcome) -> bool:
    return outcome.utfall in (AVVISAD, DELVIS)


def _verdict(outcome: FileOutcome) -> tuple[str, int, int]:
    return outcome.utfall, outcome.godkanda, outcome.avvisade


def _unchanged(last: FileOutcome) -> FileOutcome:
    message = f"Oförändrad sedan den blev {last.utfall}: {last.meddelande}"
    return replace(last, utfall=OFORANDRAD, meddelande=message)


def _check(path: Path, fil: str, settings: Settings, register: Registers) -> CheckedFile:
    """Read and judge one file; a file that changes meanwhile is postponed."""
    try:
        sha256 = _sha256(path, settings)
        checked = _judge(path, _blank(fil, sha256), settings, register)
        changed = _sha256(path, settings) != sha256
    except OSError:
        return _without_rows(_unreadable(fil))
    if changed:
        return _without_rows(_postponed(fil, "Filen ändrades medan den lästes."))
    return checked


def _judge(path: Path, blank: FileOutcome, settings: Settings, register: Registers) -> CheckedFile:
    try:
        if _too_large(path, settings):
            raise FileRefused(
                f"Filen är större än {settings.max_file_mb} MB.",
                "Dela den i en fil per rapport, eller höj FINSAM_MAX_FILE_MB.",
            )
        table = read(path.name, path.read_bytes(), settings.max_file_rows)
    except FileRefused as refused:
        message = f"{blank.fil}: {refused}"
        return _without_rows(replace(blank, slag=refused.slag, utfall=AVVISAD, meddelande=message))
    judged = validate(table.frame, table.kontrakt, register, decimal=table.decimal)
    good, bad = judged.accepted.height, judged.rejected.height
    outcome = replace(
        blank,
        slag=table.kontrakt.slag,
        utfall=INLAST if not bad else DELVIS if good else AVVISAD,
        lasta=table.frame.height,
        godkanda=good,
        avvisade=bad,
        meddelande=_counted(table.kontrakt.slag, judged.rejected, good + bad),
    )
    return CheckedFile(outcome, judged.accepted, judged.rejected)


def _counted(slag: str, rejected: pl.DataFrame, rows: int) -> str:
    noun = "fakta" if slag == "fakta" else "rapporter"
    if rejected.is_empty():
        return f"{rows} {noun} godkända."
    first = rejected.row(0, named=True)
    return (
        f"{rejected.height} av {rows} rader avvisade. "
        f"Den första, rad {first['rad']}, kolumn {first['kolumn']}: {first['orsak']}"
    )


def _blank(fil: str, sha256: str) -> FileOutcome:
    return FileOutcome(fil, sha256, "okänt", UPPSKJUTEN, 0, 0, 0, "")


def _postponed(fil: str, reason: str) -> FileOutcome:
    return replace(_blank(fil, ""), meddelande=f"{reason} Den prövas igen vid nästa körning.")


def _unreadable(fil: str) -> FileOutcome:
    return _postponed(
        fil, "Filen går inte att läsa: den saknas, är låst, eller du har inte rätt att läsa den."
    )


def _without_rows(outcome: FileOutcome) -> CheckedFile:
    return CheckedFile(outcome, pl.DataFrame(), pl.DataFrame(schema=REJECTED_SCHEMA))


def _too_large(path: Path, settings: Settings) -> bool:
    return path.stat().st_size > settings.max_file_mb * 1_000_000


def _sha256(path: Path, settings: Settings) -> str:
    """The content's sha256; of a file too large to be read, that of its size."""
    if _too_large(path, settings):
        return hashlib.sha256(f"för stor: {path.stat().st_size}".encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


# --- the database -----------------------------------------------------------------------------


def _tables() -> str:
    """The raw tables; those of facts and reports have the columns of their contract."""
    fakta, rapporter = (_columns(kontrakt(slag)) for slag in ("fakta", "rapporter"))
    return f"""
        create schema if not exists raw;
        create table if not exists raw.inlasning (
            inlasning_id varchar primary key, fil varchar, sha256 varchar, slag varchar,
            utfall varchar, lasta bigint, godkanda bigint, avvisade bigint,
            tidpunkt timestamptz, meddelande varchar, upprepade bigint,
            check (lasta = godkanda + avvisade)
        );
        -- a build database from before repeated facts were counted
        alter table raw.inlasning add column if not exists upprepade bigint;
        create table if not exists raw.leverans (
            leverans_id varchar primary key, report_id varchar, version integer,
            inlasning_id varchar, fil varchar, sha256 varchar, innehall_sha256 varchar,
            antal_fakta bigint, tidpunkt timestamptz
        );
        -- no index of its key: a delivery is loaded once, and a file has no line and position twice
        create table if not exists raw.fakta (leverans_id varchar, rad bigint, {fakta});
        create table if not exists raw.avvisade_fakta (
            inlasning_id varchar, fil varchar, rad bigint, kolumn varchar, varde varchar,
            orsak varchar, atgard varchar, innehall varchar
        );
        create table if not exists raw.rapporter (
            {rapporter}, inlasning_id varchar, fil varchar, primary key (report_id)
        );
    """


def _columns(contract: Kontrakt) -> str:
    return ", ".join(f"{column.name} {SQL_TYPES[column.type]}" for column in contract.columns)


@contextmanager
def _transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    con.begin()
    try:
        yield
        con.commit()
    except BaseException:
        con.rollback()
        raise


@contextmanager
def _frame(con: duckdb.DuckDBPyConnection, name: str, frame: pl.DataFrame) -> Iterator[None]:
    con.register(name, frame.to_arrow())
    try:
        yield
    finally:
        con.unregister(name)


def _last_outcome(con: duckdb.DuckDBPyConnection, fil: str) -> FileOutcome | None:
    """What became of the file when it was last new or changed."""
    rows = con.execute(
        """
        select fil, sha256, slag, utfall, lasta, godkanda, avvisade, meddelande
        from raw.inlasning where fil = ? order by inlasning_id desc limit 1
        """,
        [fil],
    ).fetchall()
    return FileOutcome(*rows[0]) if rows else None


def _known(con: duckdb.DuckDBPyConnection, sha256: str, load: _Load) -> str | None:
    """Why a file under a new name brings nothing: its content is in already. None when it does.

    What was replaced since is brought back by delivering it again, but not by being put away: to
    rename the old file, or its folder, says nothing new.
    """
    twin = _twin(con, sha256)
    if twin is None:
        return None
    message = f"Samma innehåll som {twin}, som redan är inläst"
    if _stands(con, sha256):
        return f"{message}."
    if _moved(con, sha256, load):
        return f"{message} och har ersatts; att den har flyttats gör den inte till den senaste."
    return None


def _twin(con: duckdb.DuckDBPyConnection, sha256: str) -> str | None:
    """The file whose rows, already in, are those of this content."""
    return _single(
        con,
        """
        select fil from raw.inlasning
        where sha256 = ? and utfall in (?, ?)
        order by inlasning_id limit 1
        """,
        [sha256, INLAST, DELVIS],
    )


def _stands(con: duckdb.DuckDBPyConnection, sha256: str) -> bool:
    """Whether all that this content gave is still the newest of its reports."""
    return bool(
        con.execute(
            """
            with gallande as (
                select inlasning_id, antal_fakta from raw.leverans
                qualify version = max(version) over (partition by report_id)
                union all
                select inlasning_id, 1 from raw.rapporter
            )
            select inlasning_id from raw.inlasning join gallande using (inlasning_id)
            where sha256 = ?
            group by inlasning_id, godkanda
            having sum(antal_fakta) = godkanda
            """,
            [sha256],
        ).fetchall()
    )


def _moved(con: duckdb.DuckDBPyConnection, sha256: str, load: _Load) -> bool:
    """Whether the content lay somewhere until this load, and lies nowhere there any more."""
    homes = con.execute(
        """
        select fil from raw.inlasning where inlasning_id <= ?
        group by fil having arg_max(sha256, inlasning_id) = ?
        """,
        [load.last, sha256],
    ).fetchall()
    return bool(homes) and not any(
        _holds(load.places.get(fil), sha256, load.settings) for (fil,) in homes
    )


def _holds(path: Path | None, sha256: str, settings: Settings) -> bool:
    with suppress(OSError):
        return path is not None and _sha256(path, settings) == sha256
    return False


def _single(
    con: duckdb.DuckDBPyConnection, query: str, parameters: Sequence[str] = ()
) -> str | None:
    """The first cell of a result, if any. Fetched whole: DuckDB keeps a half-read one open."""
    rows = con.execute(query, list(parameters)).fetchall()
    return str(rows[0][0]) if rows else None


def _write(
    con: duckdb.DuckDBPyConnection, checked: CheckedFile, load: _Load, *, again: bool
) -> FileOutcome:
    """Everything that one file brings; the caller holds the transaction.

    `again`: the file was read before and has not changed, only the rules have.
    """
    outcome = checked.outcome
    repeated = 0
    inlasning_id = str(_single(con, "select format('{:08d}', count(*) + 1) from raw.inlasning"))
    if outcome.slag == "fakta" and outcome.godkanda:
        deliveries, repeated = _deliver(con, inlasning_id, outcome, checked.accepted, again=again)
        by_name = () if outcome.fil in load.lost else _replaced(con, inlasning_id, load)
        said = (outcome.meddelande, _delivered(deliveries), *by_name)
        outcome = replace(outcome, leveranser=deliveries, meddelande=" ".join(said))
    elif outcome.slag == "rapporter" and outcome.godkanda:
        _describe(con, inlasning_id, outcome.fil, checked.accepted)
    if checked.rejected.height:
        with _frame(con, "_rejected", checked.rejected):
            con.execute(
                "insert into raw.avvisade_fakta select ?, ?, * from _rejected",
                [inlasning_id, outcome.fil],
            )
    con.execute(
        "insert into raw.inlasning values (?, ?, ?, ?, ?, ?, ?, ?, now(), ?, ?)",
        [
            inlasning_id, outcome.fil, outcome.sha256, outcome.slag, outcome.utfall,
            outcome.lasta, outcome.godkanda, outcome.avvisade, outcome.meddelande, repeated,
        ],
    )  # fmt: skip
    return outcome


def _delivered(deliveries: Sequence[str]) -> str:
    if not deliveries:
        return "Ingen ny leverans: rapporten har redan detta innehåll eller ett nyare."
    return f"Ny leverans: {', '.join(deliveries)}."


def _replaced(con: duckdb.DuckDBPyConnection, inlasning_id: str, load: _Load) -> Iterator[str]:
    """A sentence per file of this same load whose deliveries this one replaces."""
    found = con.execute(
        """
        select string_agg(later.leverans_id, ', ' order by later.leverans_id), earlier.fil
        from raw.leverans as later
        join raw.leverans as earlier
            on earlier.report_id = later.report_id and earlier.version = later.version - 1
        where later.inlasning_id = ? and earlier.inlasning_id > ?
        group by earlier.fil order by earlier.fil
        """,
        [inlasning_id, load.last],
    ).fetchall()
    for deliveries, fil in found:
        yield f"{deliveries} ersätter {fil}, {SAMTIDIGT}."


def _deliver(
    con: duckdb.DuckDBPyConnection,
    inlasning_id: str,
    outcome: FileOutcome,
    accepted: pl.DataFrame,
    *,
    again: bool,
) -> tuple[tuple[str, ...], int]:
    """One new version per report whose facts differ from its newest; their ids.

    Also how many facts made no delivery because one of their report says the same already, or,
    in a file that is tried again, because a later one has replaced it.

    The same facts in a file without rejected rows are new too: what stood there was half a file.
    A file that is tried again must not replace what was delivered after it was dropped. A clock
    turned back does not put a version before the one that it follows.
    """
    with _frame(con, "_accepted", accepted), _frame(con, "_content", _content(accepted)):
        con.execute(
            """
            insert into raw.leverans
            select
                report_id || '#' || (coalesce(newest.version, 0) + 1), report_id,
                coalesce(newest.version, 0) + 1, ?, ?, ?, sha256(content), antal_fakta,
                greatest(now(), newest.tidpunkt)
            from _content
            left join (
                select report_id, max(version) as version,
                    arg_max(innehall_sha256, version) as innehall_sha256,
                    arg_max(inlasning_id, version) as inlasning_id, max(tidpunkt) as tidpunkt
                from raw.leverans where report_id in (select report_id from _content)
                group by report_id
            ) as newest using (report_id)
            where (sha256(content) is distinct from newest.innehall_sha256
                  or (? = 0 and newest.inlasning_id in (
                      select inlasning_id from raw.avvisade_fakta
                  )))
              and (not ? or newest.inlasning_id is null or newest.inlasning_id <= (
                  select max(inlasning_id) from raw.inlasning where fil = ?
              ))
            """,
            [
                inlasning_id, outcome.fil, outcome.sha256, outcome.avvisade, again, outcome.fil,
            ],
        )  # fmt: skip
        con.execute(
            """
            insert into raw.fakta by name
            select leverans.leverans_id, _accepted.*
            from _accepted join raw.leverans as leverans using (report_id)
            where leverans.inlasning_id = ?
            """,
            [inlasning_id],
        )
        repeated = con.execute(
            """
            select coalesce(sum(_content.antal_fakta), 0)::bigint
            from _content anti join (from raw.leverans where inlasning_id = ?) using (report_id)
            where ? or exists (
                from raw.leverans as earlier
                where earlier.report_id = _content.report_id
                    and earlier.innehall_sha256 = sha256(_content.content)
            )
            """,
            [inlasning_id, again],
        ).fetchall()[0][0]
    rows = con.execute(
        "select leverans_id from raw.leverans where inlasning_id = ? order by report_id",
        [inlasning_id],
    ).fetchall()
    return tuple(row[0] for row in rows), repeated


def _content(accepted: pl.DataFrame, per: str = "report_id") -> pl.DataFrame:
    """What the facts of each report, or delivery, say: a text that no order or spelling changes.

    The separators are control characters, which no accepted cell contains.
    """
    contract = kontrakt("fakta")
    cells = (pl.col(name).cast(pl.String).fill_null("") for name in contract.names)
    return (
        accepted.sort(contract.key)
        .select(per, content=pl.concat_str(list(cells), separator="\x1f"))
        .group_by(per, maintain_order=True)
        .agg(pl.col("content").str.join("\x1e"), pl.len().cast(pl.Int64).alias("antal_fakta"))
    )


def altered(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The deliveries of which `raw.fakta` does not say what it said when they were loaded.

    Held against the sha256 of their content in `raw.leverans`, a share of them at a time; one
    without it is not judged.
    """
    noted = dict(
        con.execute(
            "select leverans_id, innehall_sha256 from raw.leverans "
            "where innehall_sha256 is not null order by leverans_id"
        ).fetchall()
    )
    names = ", ".join(kontrakt("fakta").names)
    found: list[str] = []
    for start in range(0, len(noted), SHARE):
        share = list(noted)[start : start + SHARE]
        facts = con.sql(
            f"select leverans_id, {names} from raw.fakta where leverans_id between ? and ?",
            params=[share[0], share[-1]],
        ).pl()
        said = {
            leverans_id: hashlib.sha256(content.encode()).hexdigest()
            for leverans_id, content, _ in _content(facts, "leverans_id").iter_rows()
        }
        found += [each for each in share if said.get(each) != noted[each]]
    return found


def _describe(
    con: duckdb.DuckDBPyConnection, inlasning_id: str, fil: str, accepted: pl.DataFrame
) -> None:
    """The newest metadata of each report in the file."""
    with _frame(con, "_accepted", accepted.drop("rad")):
        con.execute(
            "insert or replace into raw.rapporter by name "
            "select *, ? as inlasning_id, ? as fil from _accepted",
            [inlasning_id, fil],
        )

"""What differs between two publications.

Belongs here: reports, facts, amounts and checks of one version against those of another, read
from their databases. Does not belong here: which versions there are (`versions`), or showing the
difference (`cli.history`).
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

Row = dict[str, Any]

REPORTS = """
    select
        report_id, gammal.status as status_fore, ny.status as status_efter,
        gammal.publicerad_version as version_fore, ny.publicerad_version as version_efter
    from gammal.marts.dim_rapport as gammal full join ny.marts.dim_rapport as ny using (report_id)
    where (gammal.status, gammal.publicerad_version)
        is distinct from (ny.status, ny.publicerad_version)
    order by report_id
"""
SAID = (
    "(f.value, f.unit, f.label, f.statement, f.post_code, f.insats, f.breakdown, f.scenario, "
    "f.period_start, f.period_end, f.status)"
)
FACTS = f"""
    with gammal as (
        select report_id, line, position, hash({SAID}) as sagt
        from gammal.marts.fct_rapportfakta as f
    ),
    ny as (
        select report_id, line, position, hash({SAID}) as sagt from ny.marts.fct_rapportfakta as f
    )
    select
        report_id, count(*) filter (where gammal.sagt is null) as nya,
        count(*) filter (where ny.sagt is null) as borta,
        count(*) filter (where gammal.sagt is not null and ny.sagt is not null) as andrade
    from gammal full join ny using (report_id, line, position)
    where gammal.sagt is distinct from ny.sagt
    group by report_id
    order by report_id
"""
# The natural key of each mart of amounts, as its documentation gives it.
AMOUNTS = {
    "fct_ekonomi": "report_id, statement, post_code, scenario, period_start, period_end",
    "fct_kostnad": "report_id, niva, insats_id, insats, kostnadstyp, scenario, period_start, "
    "period_end",
}
AMOUNT = """
    with gammal as (
        select {key}, sum(belopp_sek) as belopp from gammal.marts.{mart} group by all
    ),
    ny as (select {key}, sum(belopp_sek) as belopp from ny.marts.{mart} group by all)
    select {shown}, gammal.belopp as fore, ny.belopp as efter
    from gammal full join ny on {same}
    where gammal.belopp is distinct from ny.belopp
    order by all
"""
CHECKS = """
    with gammal as (
        select report_id, regel_id, utfall, count(*) as antal from gammal.marts.fct_kontroll
        group by all
    ),
    ny as (
        select report_id, regel_id, utfall, count(*) as antal from ny.marts.fct_kontroll
        group by all
    )
    select
        report_id, regel_id, utfall, coalesce(gammal.antal, 0) as fore,
        coalesce(ny.antal, 0) as efter
    from gammal full join ny using (report_id, regel_id, utfall)
    where gammal.antal is distinct from ny.antal
    order by all
"""


@dataclass(frozen=True)
class Changes:
    """What one publication says that an earlier one did not; rows as dictionaries.

    `reports`: added, removed, quarantined or released. `facts`: new, gone and changed facts per
    report. `amounts`: per mart, figures that are new (`fore` is None), gone (`efter` is None) or
    restated. `checks`: how many outcomes of each kind a rule has for a report.
    """

    reports: list[Row] = field(default_factory=list)
    facts: list[Row] = field(default_factory=list)
    amounts: dict[str, list[Row]] = field(default_factory=dict)
    checks: list[Row] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.reports or self.facts or any(self.amounts.values()) or self.checks)


def changes(old: Path, new: Path) -> Changes:
    """The differences between two versions, each given by its folder.

    Raises:
        duckdb.Error: one of the databases cannot be read.
    """
    with duckdb.connect() as con:
        for name, folder in (("gammal", old), ("ny", new)):
            path = str(folder / "finsam.duckdb").replace("'", "''")
            con.execute(f"attach '{path}' as {name} (read_only)")
        return Changes(
            _rows(con, REPORTS),
            _rows(con, FACTS),
            {mart: _rows(con, _amount_sql(mart, key)) for mart, key in AMOUNTS.items()},
            _rows(con, CHECKS),
        )


def _amount_sql(mart: str, key: str) -> str:
    """Keys may be null (a balance day has no start), so they are joined as distinct values."""
    names = key.split(", ")
    return AMOUNT.format(
        mart=mart,
        key=key,
        shown=", ".join(f"coalesce(gammal.{name}, ny.{name}) as {name}" for name in names),
        same=" and ".join(f"gammal.{name} is not distinct from ny.{name}" for name in names),
    )


def _rows(con: duckdb.DuckDBPyConnection, sql: str) -> list[Row]:
    cursor = con.execute(sql)
    names = [column[0] for column in cursor.description or ()]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

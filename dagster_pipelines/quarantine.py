"""The log of quarantine: when a delivery was stopped, and when and why it was let go.

Belongs here: `raw.karantan`, one row per event, appended after each build. Does not belong here:
deciding what stands in quarantine (`int_leverans`) or showing it.
"""

import logging

import duckdb

log = logging.getLogger("finsam.quarantine")

TABLE = """
    create table if not exists raw.karantan (
        leverans_id varchar, report_id varchar, handelse varchar, regler varchar, orsak varchar,
        tidpunkt timestamptz, check (handelse in ('i karantän', 'släppt'))
    )
"""

# A release is explained by what holds now: a newer delivery that replaced it, an explanation of
# every rule that had stopped it, or else a change of the rules themselves.
EVENTS = """
    with senast as (
        select leverans_id, arg_max(handelse, tidpunkt) as handelse,
            arg_max(regler, tidpunkt) as regler
        from raw.karantan group by leverans_id
    ),
    brott as (
        select leverans_id, string_agg(distinct regel_id, ', ' order by regel_id) as regler,
            string_agg(distinct mening, ' ' order by mening) as orsak
        from intermediate.int_kontroll
        where allvar = 'blockerande' and utfall = 'brott'
        group by leverans_id
    ),
    forklaring as (
        select leverans_id, string_agg(distinct orsak, ' ' order by orsak) as orsak
        from intermediate.int_kontroll join senast using (leverans_id)
        where utfall = 'känd avvikelse'
          and list_contains(string_split(senast.regler, ', '), regel_id)
        group by leverans_id
    )
    select
        l.leverans_id, l.report_id,
        case when l.status = 'i karantän' then 'i karantän' else 'släppt' end as handelse,
        coalesce(case when l.status = 'i karantän' then brott.regler end, senast.regler) as regler,
        case
            when l.status = 'i karantän' then brott.orsak
            when l.status = 'ersatt' then 'Ersatt av ' || ersattare.leverans_id
                || case when ersattare.fil like 'dokument/%' then ', efter beslut i granskningen.'
                    else ', en ny leverans.' end
            when forklaring.orsak is not null then 'Förklarad: ' || forklaring.orsak
            else 'Reglerna eller registren har ändrats; leveransen bryter inte längre mot dem.'
        end as orsak,
        -- a clock turned back must not put an event before those that it follows
        greatest(now(), (select max(tidpunkt) + interval 1 microsecond from raw.karantan))
            as tidpunkt
    from intermediate.int_leverans l
    left join senast using (leverans_id)
    left join brott using (leverans_id)
    left join forklaring using (leverans_id)
    left join intermediate.int_leverans ersattare
        on ersattare.report_id = l.report_id and ersattare.status = 'publicerad'
    where (l.status = 'i karantän'
            and (senast.handelse is distinct from 'i karantän'
                or brott.regler is distinct from senast.regler))
       or (l.status <> 'i karantän' and senast.handelse = 'i karantän')
    order by l.report_id, l.version
"""


def record(con: duckdb.DuckDBPyConnection) -> int:
    """Append what changed since the last build, and log it; returns how many events.

    `con` is the build database after a build without breaks. One transaction.
    """
    con.execute(TABLE)
    said = "leverans_id, report_id, handelse, regler, orsak"
    events = con.execute(f"insert into raw.karantan {EVENTS} returning {said}").fetchall()
    for event in events:
        log.warning("quarantine", extra=dict(zip(said.split(", "), event, strict=True)))
    return len(events)

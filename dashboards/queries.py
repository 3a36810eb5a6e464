"""What each page asks of the published warehouse: all SQL of the pages, by page and name.

Belongs here: choosing rows and columns of marts, and their order. Does not belong here: sums,
shares or differences of anything printed (a mart holds them), or anything that needs Streamlit:
the pipeline asks the same questions of every new publication (`assets.pages`). Names sort by
Swedish rules, å ä ö last. A parameter that is null leaves its filter out.
"""

import re
from collections.abc import Mapping

from dagster_pipelines import trace

PARAMETER = re.compile(r"\$([a-z_]+)")

DEFINITIONS = """
    select nyckeltal_id, nyckeltal, enhet, formel, definition, grans_hogst, grans_kalla, anmarkning
    from marts.dim_nyckeltal
    where list_contains($nyckeltal, nyckeltal_id)
    order by ordning
"""

OVERSIKT = {
    "definitioner": DEFINITIONS,
    "forbund": """
        select * from marts.rpt_oversikt
        where antal_rapporter > 0
        order by forbund collate sv
    """,
    "utan_rapport": """
        select forbund, region from marts.rpt_oversikt
        where antal_rapporter = 0 and forbund_status <> 'upphört'
        order by forbund collate sv
    """,
}

FORBUND = {
    "definitioner": DEFINITIONS,
    "val": """
        select forbund_id, forbund from marts.rpt_oversikt
        where antal_rapporter > 0
        order by forbund collate sv
    """,
    "om": "select * from marts.rpt_oversikt where forbund_id = $forbund",
    "versioner": """
        select forbund, version, organisationsnummer, region, kommuner, giltig_fran, giltig_till,
            foregangare, efterfoljare, anmarkning
        from marts.dim_forbund
        where forbund_id = $forbund
        order by version desc
    """,
    "rapporter": """
        select report_id, rapporttyp, period_end, beslutad_datum, status, antal_fakta, antal_osakra,
            antal_kanda_avvikelser, antal_upplysningar, anmarkning
        from marts.dim_rapport
        where forbund_id = $forbund
        order by period_end desc, report_id
    """,
    "rakningar": """
        select e.statement, e.post_code, o.post, o.niva, o.ordning, e.period_start, e.period_end,
            p.period, p.periodslag, e.belopp_sek, e.harledd, e.report_id, e.rader
        from marts.fct_ekonomi as e
        join marts.dim_post as o using (post_key)
        join marts.dim_period as p using (period_key)
        where e.forbund_id = $forbund and e.gallande and e.scenario = 'utfall'
            and e.statement in ('resultatrakning', 'balansrakning')
        order by o.ordning, e.period_end desc, e.period_start desc
    """,
    "budget": """
        select o.post, o.niva, p.period, u.period_end, u.belopp_sek as utfall_sek,
            b.belopp_sek as budget_sek, u.avvikelse_beraknad_sek, u.report_id, u.rader,
            b.rader as budget_rader
        from marts.fct_ekonomi as u
        join marts.fct_ekonomi as b
            on b.leverans_id = u.leverans_id and b.post_key = u.post_key
            and b.period_key = u.period_key and b.scenario = 'budget'
        join marts.dim_post as o on o.post_key = u.post_key
        join marts.dim_period as p on p.period_key = u.period_key
        where u.forbund_id = $forbund and u.gallande and u.scenario = 'utfall'
            and u.statement = 'resultatrakning'
        order by u.period_end desc, u.period_start, o.ordning
    """,
    "eget_kapital": """
        select * from marts.rpt_eget_kapital where forbund_id = $forbund order by period_end desc
    """,
    "insatser": """
        select i.insats, i.insatstyp, p.period, i.period_start, i.period_end, i.belopp_sek,
            b.belopp_sek as budget_sek, b.kallor as budget_kallor, i.avvikelse_beraknad_sek,
            i.deltagare, i.deltagare_eniga, i.kostnad_per_deltagare, i.report_id, i.kallor,
            d.rader as deltagare_rader
        from marts.rpt_insats as i
        join marts.dim_period as p
            on p.period_start = i.period_start and p.period_end = i.period_end
        left join marts.rpt_insats as b
            on b.forbund_id = i.forbund_id and b.insats = i.insats
            and b.period_start = i.period_start and b.period_end = i.period_end
            and b.report_id = i.report_id and b.scenario = 'budget'
        left join marts.fct_deltagare as d
            on d.report_id = i.report_id and d.insats_id = i.insats_id and d.matt = 'totalt'
            and d.kon is null and d.scenario = i.scenario and d.period_start = i.period_start
            and d.period_end = i.period_end and d.enhet = 'antal' and d.alder is null
            and d.utbildning is null and d.forsorjning is null and d.avslutsorsak is null
        where i.forbund_id = $forbund and i.scenario = 'utfall'
        order by i.period_end desc, i.period_start, i.insatstyp = 'administration',
            i.insatstyp, i.insats collate sv
    """,
    "nyckeltal": """
        select n.nyckeltal_id, n.nyckeltal, n.enhet, p.period, n.period_start, n.period_end,
            n.varde, n.rader, n.rapporterat_varde, n.rapporterat_rad, n.report_id
        from marts.rpt_nyckeltal as n
        join marts.dim_period as p
            on p.period_start is not distinct from n.period_start and p.period_end = n.period_end
        where n.forbund_id = $forbund and n.scenario = 'utfall'
        order by n.nyckeltal collate sv, n.period_end desc, n.period_start
    """,
    "omrakningar": """
        select o.slag, coalesce(t.post, i.insats, o.statement) as post, o.scenario, p.period,
            o.tidigare_belopp_sek, o.belopp_sek, o.differens_sek, o.tidigare_report_id,
            o.report_id, o.tidigare_kalla, o.kalla
        from marts.fct_omrakning as o
        left join marts.dim_post as t
            on t.statement = o.statement and t.post_code = o.post_code
        left join marts.dim_insats as i
            on i.forbund_id = o.forbund_id and i.insats_id = o.insats_id
        left join marts.dim_period as p
            on p.period_start is not distinct from o.period_start and p.period_end = o.period_end
        where o.forbund_id = $forbund
        order by o.period_end desc, post collate sv
        limit 200
    """,
}

INSATSER = {
    "definitioner": DEFINITIONS,
    "val": """
        select distinct i.insatstyp, i.periodslag, p.ar, i.forbund_id, i.forbund
        from marts.rpt_insats as i
        join marts.dim_period as p
            on p.period_start = i.period_start and p.period_end = i.period_end
        where i.scenario = 'utfall' and i.insatstyp is not null and i.insats_id is not null
            and i.periodslag <> 'övrig'
        order by i.forbund collate sv
    """,
    "rader": """
        select i.forbund, i.insats, i.insats_id, i.insatstyp, p.period, i.period_start,
            i.period_end, i.belopp_sek, i.deltagare, i.deltagare_eniga, i.deltagare_kvinnor,
            i.deltagare_man, i.kostnad_per_deltagare, i.report_id, i.kallor,
            count(*) over () as antal_rader
        from marts.rpt_insats as i
        join marts.dim_period as p
            on p.period_start = i.period_start and p.period_end = i.period_end
        where i.scenario = 'utfall' and i.insats_id is not null
            and i.insatstyp = $insatstyp and i.periodslag = $periodslag
            and ($ar is null or p.ar = $ar)
            and ($forbund is null or i.forbund_id = $forbund)
        order by i.kostnad_per_deltagare desc nulls last, i.belopp_sek desc nulls last,
            i.forbund collate sv, i.insats collate sv, i.period_end desc, i.period_start
        limit $antal offset $fran
    """,
    "deltagarkallor": """
        select report_id, insats_id, kon, period_start, period_end, string_agg(rader, ', ') as rader
        from marts.fct_deltagare
        where list_contains($rapporter, report_id) and insats_id is not null and matt = 'totalt'
            and scenario = 'utfall' and enhet = 'antal' and alder is null and utbildning is null
            and forsorjning is null and avslutsorsak is null
        group by all
        order by all
    """,
    "till_arbete": """
        select r.forbund, n.nyckeltal, i.insats, p.period, n.varde, n.rader, n.rapporterat_varde,
            n.rapporterat_rad, n.report_id, count(*) over () as antal_rader
        from marts.fct_nyckeltal as n
        join marts.dim_rapport as r using (rapport_key)
        join marts.dim_period as p on p.period_key = n.period_key
        left join marts.dim_insats as i on i.insats_key = n.insats_key
        where n.gallande and n.scenario = 'utfall' and p.periodslag = $periodslag
            and n.nyckeltal_id in
                ('andel_avslutade_arbete_studier', 'andel_avslutade_arbete_studier_aktiv')
            and ($ar is null or p.ar = $ar)
            and ($forbund is null or n.forbund_id = $forbund)
        order by n.nyckeltal collate sv, n.period_end desc, r.forbund collate sv,
            i.insats collate sv nulls first, n.report_id
        limit $antal offset $fran
    """,
    "hela_forbundet": """
        with deltagare as (
            select d.report_id, r.forbund, d.period_key, p.period, p.period_end, d.matt, d.kon,
                d.antal, d.rader, d.eniga
            from marts.fct_deltagare as d
            join marts.dim_rapport as r using (rapport_key)
            join marts.dim_period as p on p.period_key = d.period_key
            where d.gallande and d.insats_id is null and d.insatstyp is null
                and d.scenario = 'utfall'
                and d.enhet = 'antal' and d.alder is null and d.utbildning is null
                and d.forsorjning is null and d.avslutsorsak is null and d.matt in
                    ('totalt', 'registrerade', 'unika', 'anonyma', 'paborjade', 'avslutade')
                and p.periodslag = $periodslag and ($ar is null or p.ar = $ar)
                and ($forbund is null or d.forbund_id = $forbund)
        ),
        matt as (
            select distinct report_id, forbund, period_key, period, period_end, matt from deltagare
        )
        select m.report_id, m.forbund, m.period, m.matt,
            a.antal as alla, a.rader as alla_rader, a.eniga as alla_eniga,
            k.antal as kvinnor, k.rader as kvinnor_rader, k.eniga as kvinnor_eniga,
            h.antal as man, h.rader as man_rader, h.eniga as man_eniga,
            count(*) over () as antal_rader
        from matt as m
        left join deltagare as a
            on a.report_id = m.report_id and a.period_key = m.period_key and a.matt = m.matt
            and a.kon is null
        left join deltagare as k
            on k.report_id = m.report_id and k.period_key = m.period_key and k.matt = m.matt
            and k.kon = 'kvinna'
        left join deltagare as h
            on h.report_id = m.report_id and h.period_key = m.period_key and h.matt = m.matt
            and h.kon = 'man'
        order by m.period_end desc, m.forbund collate sv, m.matt, m.report_id
        limit $antal offset $fran
    """,
}

JAMFOR = {
    "definitioner": DEFINITIONS,
    "val": """
        select distinct n.nyckeltal_id, n.nyckeltal, n.enhet, n.periodslag,
            case when n.period_start is null then strftime(n.period_end, '%m-%d') end as balansdag,
            n.forbund_id, n.forbund
        from marts.rpt_nyckeltal as n
        where n.scenario = 'utfall' and n.varde is not null and n.periodslag <> 'övrig'
        order by n.nyckeltal collate sv, n.forbund collate sv
    """,
    "varden": """
        select n.forbund_id, n.forbund, p.period, p.ar, n.period_end, n.enhet, n.varde, n.rader,
            n.rapporterat_varde, n.rapporterat_rad, n.report_id
        from marts.rpt_nyckeltal as n
        join marts.dim_period as p
            on p.period_start is not distinct from n.period_start and p.period_end = n.period_end
        where n.nyckeltal_id = $nyckeltal and n.scenario = 'utfall' and n.varde is not null
            and n.periodslag = $periodslag
            and ($balansdag is null or strftime(n.period_end, '%m-%d') = $balansdag)
            and list_contains($forbund, n.forbund_id)
        order by n.forbund collate sv, n.period_end desc, n.period_start
    """,
}

KVALITET = {
    "val": """
        select forbund_id, forbund from marts.rpt_oversikt
        where antal_rapporter > 0
        order by forbund collate sv
    """,
    "regler": """
        select * from marts.rpt_regel
        order by allvar, antal_brott desc, antal_kanda_avvikelser desc, regel collate sv
    """,
    "karantan": """
        select report_id, forbund, rapporttyp, period_end, karantan_orsak, publicerad_version,
            senaste_version
        from marts.dim_rapport
        where status = 'i karantän' and ($forbund is null or forbund_id = $forbund)
        order by forbund collate sv, period_end desc
        limit 200
    """,
    "kontroller": """
        select k.mening, k.regel_id, k.allvar, k.utfall, k.report_id, r.forbund, r.rapporttyp,
            r.period_end as rapport_period_end, k.rader, k.orsak, k.leverans_status,
            count(*) over () as antal_rader
        from marts.fct_kontroll as k
        join marts.dim_rapport as r using (rapport_key)
        where k.utfall = $utfall and ($forbund is null or k.forbund_id = $forbund)
            and ($regel is null or k.regel_id = $regel)
        order by k.allvar, r.period_end desc, r.forbund collate sv, k.regel_id, k.mening
        limit $antal offset $fran
    """,
    "osakra": """
        select r.forbund, f.report_id, f.line, f.position, f.statement, f.label, f.printed, f.note,
            count(*) over () as antal_rader
        from raw.fakta as f
        join marts.dim_rapport as r on r.publicerad_leverans_id = f.leverans_id
        where f.status = 'suspect' and ($forbund is null or r.forbund_id = $forbund)
        order by r.forbund collate sv, f.report_id, f.line, f.position
        limit $antal offset $fran
    """,
    "avvisade": """
        select a.fil, a.rad, a.kolumn, a.varde, a.orsak, a.atgard
        from raw.avvisade_fakta as a
        where a.inlasning_id in (
            select inlasning_id from raw.inlasning
            qualify row_number() over (
                partition by fil order by tidpunkt desc, inlasning_id desc
            ) = 1
        )
        order by a.fil, a.rad, a.kolumn
        limit 100
    """,
}

KALLOR = {
    "rapporter": """
        select report_id, forbund, rapporttyp, period_end, status, antal_fakta
        from marts.dim_rapport
        order by forbund collate sv, period_end desc, report_id
    """,
    "rapport": "select * from marts.dim_rapport where report_id = $rapport",
    "figurer": """
        select f.line, f.position, f.page, f.statement, f.label, f.insats, f.scenario,
            f.period_start, f.period_end, f.unit, f.value, f.printed, f.status, f.note,
            count(*) over () as antal_rader
        from marts.fct_rapportfakta as f
        where f.report_id = $rapport
            and ($sok is null or contains(lower(f.label || ' ' || coalesce(f.insats, '') || ' '
                || f.printed), lower($sok)))
        order by f.line, f.position
        limit $antal offset $fran
    """,
    "poster": "select statement, post_code, post from marts.dim_post order by all",
    "omkring": """
        select line, position, statement, label, unit, value, printed
        from marts.fct_rapportfakta
        where report_id = $rapport and line between $fran_rad and $till_rad
        order by line, position
    """,
}

QUERIES: Mapping[str, Mapping[str, str]] = {
    "oversikt": OVERSIKT,
    "forbund": FORBUND,
    "insatser": INSATSER,
    "jamfor": JAMFOR,
    "kvalitet": KVALITET,
    "kallor": KALLOR,
}
"""By page, then by name. The page's name is that of its exposure without `sida_`."""

THROUGH_TRACE = (
    "marts.dim_rapport", "marts.fct_kontroll", *(f"marts.{mart}" for mart in trace.USES),
    "raw.fakta", "raw.leverans",
)  # fmt: skip
"""What Källor reads through `dagster_pipelines.trace`."""

"""The pages in a real browser: they render, agree with the marts, and can be used by all."""

from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import duckdb
import pytest
from axe_playwright_python.sync_playwright import Axe
from conftest import Visit

LINE = "/kallor?rapport=sofint_2024-06-30_delar&rad=249"
PATHS = {
    "oversikt": "/",
    "forbund": "/forbund?forbund=sofint",
    "insatser": "/insatser",
    "jamfor": "/jamfor",
    "kvalitet": "/kvalitet",
    "kallor": "/kallor",
    "kallor-rad": LINE,
}
GRAVE = {"serious", "critical"}
MISSING = "uppgift saknas"


def shown(value: Any, decimals: int = 0, unit: str = "") -> str:
    """As the page shall write it, reckoned apart from the page's own code."""
    if value is None:
        return MISSING
    step = Decimal(1).scaleb(-decimals)
    rounded = abs(Decimal(value)).quantize(step, "ROUND_HALF_UP")
    digits = f"{rounded:,}".replace(",", "\u00a0").replace(".", ",")
    minus = "\u2212" if value < 0 and rounded else ""
    return minus + digits + (f"\u00a0{unit}" if unit else "")


def asked(con: duckdb.DuckDBPyConnection, sql: str) -> dict[str, tuple[Any, ...]]:
    return {row[0]: row[1:] for row in con.execute(sql).fetchall()}


@pytest.mark.parametrize("name", PATHS)
def test_every_page_renders_for_everyone(
    visit_at: tuple[Visit, int], name: str, screenshots: Path
) -> None:
    visit, width = visit_at
    page = visit.go(PATHS[name])
    page.wait_for_function("[...document.querySelectorAll('.stVegaLiteChart')]"
                           ".every(chart => chart.querySelector('canvas, svg'))")  # fmt: skip
    assert page.get_by_role("heading", level=1).count() == 1
    assert page.evaluate("document.documentElement.lang") == "sv"
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.locator("[data-testid=stException], [data-testid=stAlert]").count() == 0
    found = Axe().run(page).response["violations"]
    assert [f"{each['id']}: {each['nodes'][0]['html'][:300]}" for each in found
            if each["impact"] in GRAVE] == []  # fmt: skip
    assert (visit.errors, visit.outside) == ([], [])
    height = page.locator("[data-testid=stMain]").evaluate("main => main.scrollHeight")
    page.set_viewport_size({"width": width, "height": min(height, 8000)})
    page.screenshot(path=screenshots / f"{name}-{width}.png")


def test_a_request_that_leaves_and_an_error_would_be_noticed(visit: Visit) -> None:
    page = visit.go("/")
    page.evaluate("fetch('http://192.0.2.1/').catch(() => {}); console.error('fel')")
    page.wait_for_timeout(100)
    assert visit.outside == ["http://192.0.2.1/"]
    assert "fel" in visit.errors


def test_a_table_without_headings_would_be_noticed(visit: Visit) -> None:
    page = visit.go("/")
    page.evaluate("document.querySelector('[data-testid=stMain]').innerHTML += '<img src=x>'")
    impacts = {each["impact"] for each in Axe().run(page).response["violations"]}
    assert impacts & GRAVE


def test_oversikt_says_what_the_mart_says(visit: Visit, marts: duckdb.DuckDBPyConnection) -> None:
    visit.go("/")
    rows = asked(marts, "select forbund, antal_rapporter, eget_kapital_sek, eget_kapital_andel, "
                 "resultat_sek, andel_insatser, antal_oppna_avvikelser from rpt_oversikt "
                 "where antal_rapporter > 0")  # fmt: skip
    table = visit.table("Senaste siffror per förbund")
    assert {forbund: cells[1:] for forbund, cells in table.items()} == {
        forbund: [
            shown(reports), shown(capital), shown(share, 1, "%"), shown(result),
            shown(insatser, 1, "%"), shown(breaks),
        ]
        for forbund, (reports, capital, share, result, insatser, breaks) in rows.items()
    }  # fmt: skip
    assert table["Samordningsförbundet Västra Östergötland"][2] == MISSING  # not 0
    assert list(table) == [
        "FINSAM Lekeberg och Örebro",
        "Samordningsförbundet i norra Örebro län",
        "Samordningsförbundet Västerås",
        "Samordningsförbundet Västra Östergötland",
    ]


def test_forbund_says_what_the_statements_say(
    visit: Visit, marts: duckdb.DuckDBPyConnection
) -> None:
    visit.go("/forbund?forbund=lekeberg-orebro&periodslag=helår")
    wide = marts.execute(
        "select * exclude (balansrakning_key, forbund_id, forbund, report_id, balans_utfall, "
        "harledda_poster) from rpt_balansrakning where forbund_id = 'lekeberg-orebro' "
        "order by period_end desc"
    )
    codes = [column[0] for column in wide.description or ()]
    days = wide.fetchall()
    names = asked(marts, "select post_code, post from dim_post where statement = 'balansrakning'")
    expected = {
        names[code][0]: [shown(day[at]) for day in days]
        for at, code in enumerate(codes)
        if code != "period_end" and any(day[at] is not None for day in days)
    }
    assert visit.table("Balansräkning, kr") == expected
    results = asked(marts, "select 'Periodens resultat', periodens_resultat "
                    "from rpt_resultatrakning where forbund_id = 'lekeberg-orebro' "
                    "and scenario = 'utfall' and periodslag = 'helår'")  # fmt: skip
    income = visit.table("Resultaträkning, kr. Kostnader är negativa")
    assert income["Periodens resultat"] == [shown(results["Periodens resultat"][0])]


def test_forbund_holds_capital_against_the_limit(
    visit: Visit, marts: duckdb.DuckDBPyConnection
) -> None:
    visit.go("/forbund?forbund=sofint")
    rows = asked(
        marts,
        "select period_end, eget_kapital_sek, grans_sek, andel_procent, grans_procent, lage "
        "from rpt_eget_kapital where forbund_id = 'sofint'",
    )
    assert visit.table("Eget kapital per balansdag") == {
        str(day): [shown(capital), shown(limit), shown(share, 1, "%"), shown(percent, 0, "%"),
                   verdict or MISSING]
        for day, (capital, limit, share, percent, verdict) in rows.items()
    }  # fmt: skip


def test_insatser_say_what_the_mart_says(visit: Visit, marts: duckdb.DuckDBPyConnection) -> None:
    visit.go("/insatser?periodslag=jan–aug&slag=strukturovergripande")
    rows = asked(marts, "select insats, belopp_sek, deltagare, deltagare_kvinnor, deltagare_man, "
                 "kostnad_per_deltagare from rpt_insats where scenario = 'utfall' and "
                 "insatstyp = 'strukturovergripande' and periodslag = 'jan–aug' "
                 "and insats_id is not null")  # fmt: skip
    assert len(rows) == 3
    assert visit.table("Insatser med kostnad och deltagare") == {
        insats: [shown(value) for value in values] for insats, values in rows.items()
    }


def test_jamfor_keeps_to_equal_periods(visit: Visit, marts: duckdb.DuckDBPyConnection) -> None:
    page = visit.go("/jamfor?nyckeltal=kostnad_per_deltagare&period=halvår")
    rows = marts.execute(
        "select forbund, period_end, varde from rpt_nyckeltal where periodslag = 'halvår' "
        "and nyckeltal_id = 'kostnad_per_deltagare' and scenario = 'utfall' order by 1, 2"
    ).fetchall()
    region = page.locator("main .tabell").first
    columns = region.locator("thead th").all_inner_texts()[1:]
    assert all(each.startswith("januari–juni") for each in columns)
    found = [cell for cells in visit.table(region.get_attribute("aria-label") or "").values()
             for cell in cells if cell != MISSING]  # fmt: skip
    assert sorted(found) == sorted(shown(value, 0, "kr") for *_, value in rows)
    assert "Västra Östergötland" not in region.inner_text()  # eight months, not six


def test_kvalitet_shows_every_sentence(visit: Visit, marts: duckdb.DuckDBPyConnection) -> None:
    page = visit.go("/kvalitet?utfall=känd avvikelse")
    sentences = asked(marts, "select mening from fct_kontroll where utfall = 'känd avvikelse'")
    assert set(visit.table("Kända avvikelser")) == set(sentences)
    counts = asked(marts, "select utfall, count(*) from fct_kontroll group by all")
    tiles = page.locator("dl.nyckelsiffror dd").all_inner_texts()
    assert tiles == [shown(counts[each][0]) for each in
                     ("brott", "känd avvikelse", "avrundning", "håller", "ej prövbar")]  # fmt: skip


def test_a_figure_leads_to_the_characters_that_were_printed(
    visit: Visit, marts: duckdb.DuckDBPyConnection
) -> None:
    page = visit.go("/forbund?forbund=sofint")
    figure = page.get_by_role("region", name="Balansräkning, kr").get_by_role(
        "link", name=shown(479147), exact=True
    ).first  # fmt: skip
    assert figure.get_attribute("title") == "Källa: sofint_2024-06-30_delar, rad 249"
    figure.click()
    page.get_by_role("heading", name="Rad 249").wait_for()
    visit.settled()
    printed = marts.execute(
        "select printed from fct_rapportfakta where report_id = 'sofint_2024-06-30_delar' "
        "and line = 249 order by position"
    ).fetchall()
    cells = page.get_by_role("region", name="Tryckta siffror på rad 249").locator(
        "td[data-kolumn=Tryckt]"
    )  # fmt: skip
    assert cells.all_inner_texts() == [f"«{each}»" for (each,) in printed]
    page.go_back()
    page.get_by_role("heading", name="Balansräkning över tid").wait_for()
    assert visit.query == "forbund=sofint"


def test_a_choice_lives_in_the_address(visit: Visit) -> None:
    page = visit.go("/forbund")
    first = page.get_by_role("heading", level=1)
    assert first.inner_text() == "FINSAM Lekeberg och Örebro"
    visit.choose("Förbund", "Samordningsförbundet Västerås")
    page.get_by_role("heading", level=1, name="Samordningsförbundet Västerås").wait_for()
    assert parse_qs(visit.query) == {"forbund": ["vasteras"]}
    page.reload()
    visit.settled()
    page.get_by_role("heading", level=1, name="Samordningsförbundet Västerås").wait_for()
    visit.choose("Förbund", "Samordningsförbundet i norra Örebro län")
    page.get_by_role("heading", level=1, name="Samordningsförbundet i norra").wait_for()
    page.go_back()
    page.get_by_role("heading", level=1, name="Samordningsförbundet Västerås").wait_for()
    assert parse_qs(visit.query) == {"forbund": ["vasteras"]}


def test_a_search_and_an_unknown_address(visit: Visit) -> None:
    page = visit.go("/kallor?rapport=vasteras_2022-06-30_delar")
    page.get_by_label("Sök post, insats").fill("Spira")
    page.keyboard.press("Enter")
    page.wait_for_function("location.search.includes('sok=Spira')")
    visit.settled()
    page.wait_for_function(
        "[...document.querySelectorAll('tbody tr')].every(row => /spira/i.test(row.innerText))"
    )
    for path in ("/forbund?forbund=finns-inte", "/kallor?rapport=x&rad=99999", "/jamfor?period=x",
                 "/kvalitet?utfall=x&sida=9999999999999999999999"):  # fmt: skip
        page = visit.go(path)
        assert page.locator("[data-testid=stException], [data-testid=stAlert]").count() == 0, path


def test_print_leaves_the_tables_and_drops_the_rest(visit: Visit) -> None:
    page = visit.go("/forbund?forbund=sofint")
    page.emulate_media(media="print")
    assert page.get_by_role("region", name="Balansräkning, kr").is_visible()
    assert not page.get_by_role("combobox", name="Förbund").is_visible()
    assert not page.get_by_role("link", name="Översikt").is_visible()
    assert (
        page.evaluate("getComputedStyle(document.querySelector('.tabell')).overflowX") == "visible"
    )

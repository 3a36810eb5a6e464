"""The pages without a browser: what is published now, what is missing, and hostile words."""

import json
import shutil
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

from dagster_pipelines import versions
from dagster_pipelines.settings import PROJECT_DIR, Settings
from dagster_pipelines.trace import Trace
from dashboards import format as swedish
from dashboards import published
from dashboards.markup import Source, figure, table, text
from dashboards.queries import QUERIES

APP = PROJECT_DIR / "dashboards" / "app.py"
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture(autouse=True)
def main_module(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's harness leaves its script as the main module, and a process that is spawned
    later in this one would run it again: put back what there was."""
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])


def page_of(name: str) -> None:  # runs inside AppTest, so it brings its own imports
    import importlib  # noqa: PLC0415

    import streamlit  # noqa: PLC0415

    from dashboards import filters, published  # noqa: PLC0415

    try:
        importlib.import_module(f"dashboards.sidor.{name}").show(published.current())
    except filters.UnknownChoiceError as unknown:  # as the frame does (`dashboards.app`)
        streamlit.text(str(unknown))


def run(name: str, **query: str) -> AppTest:
    app = AppTest.from_function(page_of, kwargs={"name": name}, default_timeout=60)
    for key, value in query.items():
        app.query_params[key] = value
    app.run()
    assert not app.exception, app.exception
    return app


def html(app: AppTest) -> str:
    return "\n".join(each.proto.body for each in app.main if each.type == "html") + "\n".join(
        each.proto.body for each in app.get("html")
    )


def change(settings: Settings, sql: str) -> None:
    """A new publication: a copy of the present one, changed."""
    now = versions.current(settings)
    assert now is not None
    then = now.with_name(now.name.replace("T", "T9", 1))
    shutil.copytree(now, then)
    with duckdb.connect(then / "finsam.duckdb") as con:
        con.execute(sql)
    manifest = json.loads((then / "manifest.json").read_text(encoding="utf-8"))
    manifest["run_id"] = "en annan"
    (then / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    versions._point_at(settings, then)


@pytest.mark.parametrize("name", QUERIES)
def test_every_page_runs(pages_home: Settings, name: str) -> None:
    assert "<h1>" in html(run(name))


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("forbund", {"forbund": "borta"}),
        ("kallor", {"rapport": "borta_2020-12-31_ar", "rad": "754"}),
        ("kvalitet", {"forbund": "borta"}),
        ("insatser", {"ar": "1999"}),
        ("jamfor", {"nyckeltal": "borta"}),
    ],
)
def test_what_is_not_published_is_not_replaced_by_another(
    pages_home: Settings, name: str, query: dict[str, str]
) -> None:
    """A bookmark from before a rollback shows no figure of anybody else's."""
    app = run(name, **query)
    (asked, *_) = query.values()
    (told,) = app.text
    assert f"«{asked}» finns inte i den utgåva som visas" in told.value
    assert "<table" not in html(app)


@pytest.mark.parametrize(
    ("name", "query", "told"),
    [
        ("forbund", {"forbund": "sofint", "periodslag": "tertial"},
         "«tertial» finns inte här. I stället visas "),
        ("jamfor", {"forbund": "sofint,borta,<b>"}, "Finns inte att välja här: borta, &lt;b&gt;."),
    ],
)  # fmt: skip
def test_a_choice_that_another_has_taken_away_is_told(
    pages_home: Settings, name: str, query: dict[str, str], told: str
) -> None:
    assert told in html(run(name, **query))


def test_a_new_publication_is_seen_by_the_next_click(pages_home: Settings) -> None:
    app = run("oversikt")
    assert "479\u00a0147" in html(app)
    change(pages_home, "update marts.rpt_oversikt set eget_kapital_sek = 479148 "
           "where forbund_id = 'sofint'")  # fmt: skip
    app.run()
    assert "479\u00a0147" not in html(app)
    assert "479\u00a0148" in html(app)


def test_a_page_asks_one_version_to_its_end(pages_home: Settings) -> None:
    seen = published.current()
    change(pages_home, "update marts.rpt_oversikt set eget_kapital_sek = 1")
    capital = {
        row["forbund_id"]: row["eget_kapital_sek"] for row in seen.ask("oversikt", "forbund")
    }
    assert capital["sofint"] == Decimal(479147)


def test_readers_do_not_hold_up_a_publication(pages_home: Settings) -> None:
    seen = published.current()
    seen.ask("oversikt", "forbund")
    with duckdb.connect(seen.database) as con:  # refused while anyone else has it open
        con.execute("select 1")


@pytest.mark.parametrize("name", QUERIES)
def test_hostile_words_stay_words(pages_home: Settings, name: str) -> None:
    quoted = HOSTILE.replace("'", "''")
    change(
        pages_home,
        f"""
        update marts.rpt_oversikt set forbund = '{quoted}', resultat_period = '{quoted}';
        update marts.dim_rapport set forbund = '{quoted}', utlast_av = '{quoted}';
        update marts.fct_rapportfakta set label = '{quoted}', printed = '{quoted}';
        update raw.fakta set label = '{quoted}', printed = '{quoted}', note = '{quoted}';
        update marts.fct_kontroll set mening = '{quoted}', orsak = '{quoted}';
        update marts.rpt_insats set insats = '{quoted}', forbund = '{quoted}';
        update marts.dim_post set post = '{quoted}';
        update marts.rpt_nyckeltal set forbund = '{quoted}';
        """,
    )
    app = run(name, **({"rad": "249", "rapport": "sofint_2024-06-30_delar"}
                       if name == "kallor" else {}))  # fmt: skip
    shown = html(app)
    assert "&lt;script&gt;" in shown
    assert "<script" not in shown
    assert "<img" not in shown


def test_held_back_figures_and_quarantine_are_told(pages_home: Settings) -> None:
    change(
        pages_home,
        """
        update raw.fakta set status = 'suspect', note = 'OCR: 1 eller 7'
            where report_id = 'vasteras_2022-06-30_delar' and line = 674 and position = 4;
        update marts.dim_rapport set status = 'i karantän', karantan_orsak = 'RR1: går inte ihop'
            where report_id = 'sofint_2021-06-30_delar';
        """,
    )
    shown = html(run("kvalitet"))
    for told in ("OCR: 1 eller 7", "«10996»", "RR1: går inte ihop", "version 1 visas"):
        assert told in shown


@pytest.mark.parametrize(
    ("name", "query"), [("insatser", {}), ("forbund", {"forbund": "sofint", "slut": "2024-06-30"})]
)
def test_participants_that_a_report_prints_twice_are_told(
    pages_home: Settings, name: str, query: dict[str, str]
) -> None:
    assert "rapporten anger flera tal" not in html(run(name, **query))
    change(pages_home, "update marts.rpt_insats set deltagare_eniga = false "
           "where report_id = 'sofint_2024-06-30_delar'")  # fmt: skip
    assert "rapporten anger flera tal" in html(run(name, **query))


def test_what_a_later_report_prints_again_is_shown_once(pages_home: Settings) -> None:
    change(
        pages_home,
        """
        insert into marts.fct_deltagare select * replace (
            deltagare_key || 'x' as deltagare_key, 4711 as antal, false as gallande
        ) from marts.fct_deltagare where insats_id is null;
        insert into marts.fct_nyckeltal select * replace (
            nyckeltal_key || 'x' as nyckeltal_key, 47.11 as varde, false as gallande
        ) from marts.fct_nyckeltal;
        """,
    )
    shown = html(run("insatser", periodslag="jan–aug"))
    assert "47,8\u00a0%" in shown
    assert "47,1\u00a0%" not in shown
    assert "4\u00a0711" not in shown


def test_a_balance_sheet_without_a_sum_of_own_capital_is_not_denied(pages_home: Settings) -> None:
    change(pages_home, "delete from marts.rpt_eget_kapital where forbund_id = 'sofint'")
    shown = html(run("forbund", forbund="sofint"))
    assert "Ingen rapport anger summa eget kapital: uppgift saknas." in shown
    assert "Balansräkning, kr" in shown
    assert "ingen balansräkning" not in shown


def test_an_older_publication_says_what_to_do(pages_home: Settings) -> None:
    change(pages_home, "drop table marts.rpt_oversikt")
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert "make run" in app.error[0].value


def test_nothing_published_says_what_to_do(pages_home: Settings) -> None:
    shutil.rmtree(pages_home.warehouse_dir)
    app = AppTest.from_file(APP, default_timeout=60).run()
    assert "make run" in app.error[0].value


def test_the_documents_own_lines_are_shown_where_it_is_kept(
    pages_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    without = html(run("kallor", rapport="sofint_2024-06-30_delar", rad="249"))
    assert "Dokumentet självt finns inte" in without
    real = published.Version.trace

    def with_document(version: published.Version, report_id: str, line: int) -> Trace:
        found = real(version, report_id, line)
        assert found is not None
        return replace(found, source={248: "före <b>", 249: "Eget kapital 479 147"})

    monkeypatch.setattr(published.Version, "trace", with_document)
    shown = html(run("kallor", rapport="sofint_2024-06-30_delar", rad="249"))
    assert '<li value="249" class="har">Eget kapital 479 147</li>' in shown
    assert "före &lt;b&gt;" in shown


def test_the_version_that_the_figures_are_of_is_said_where_it_is_not_the_newest(
    pages_home: Settings,
) -> None:
    report = "sofint_2024-06-30_delar"
    assert "siffrorna är ur version" not in html(run("kallor", rapport=report))
    change(
        pages_home,
        "update marts.dim_rapport set senaste_version = 2, status = 'i karantän' "
        f"where report_id = '{report}'",
    )
    shown = html(run("kallor", rapport=report))
    assert "siffrorna är ur version 1, den senaste är 2" in shown


# --- how it is written -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "decimals", "written"),
    [
        (Decimal("1234567"), 0, "1\u00a0234\u00a0567"), (Decimal("-0.4"), 0, "0"),
        (Decimal("-1234.5"), 0, "\u22121\u00a0235"), (Decimal("44.05"), 1, "44,1"),
        (0, 0, "0"), (Decimal("999999.95"), 1, "1\u00a0000\u00a0000,0"),
    ],
)  # fmt: skip
def test_numbers(value: Decimal, decimals: int, written: str) -> None:
    assert swedish.number(value, decimals) == written


def test_units_days_and_moments() -> None:
    assert swedish.with_unit(Decimal("44.08"), "procent") == "44,1\u00a0%"
    assert swedish.with_unit(103, "antal") == "103"
    assert swedish.plain(Decimal("26.7000")) == "26,7"
    assert swedish.plain(Decimal("1800000.000000")) == "1\u00a0800\u00a0000"
    assert swedish.day(date(2024, 6, 3)) == "3\u00a0juni\u00a02024"
    assert swedish.moment("2026-07-01T22:30:00+00:00") == "2026-07-02 00:30"


def test_missing_is_said_and_never_zero() -> None:
    made = table("T", ("Post", "kr"), [(text("A"), figure(None)), (text("B"), figure("0"))])
    assert made.count("uppgift saknas") == 1
    assert ">0<" in made


def test_a_day_is_whole_and_a_line_may_end_between_two() -> None:
    period = text("2020-01-01–2020-12-31", note="i rapport_2020-12-31_ar, <2021-02-03>")
    made = table("T", ("Period", "2022-06-30"), [(period, text(None))])
    first, last = (f'<span class="dag">{day}</span>' for day in ("2020-01-01", "2020-12-31"))
    assert f"{first}–{last}<span" in made
    assert 'i rapport_2020-12-31_ar, &lt;<span class="dag">2021-02-03</span>&gt;' in made
    assert '><span class="dag">2022-06-30</span></th>' in made


def test_a_source_leads_to_its_lines() -> None:
    source = Source("a_2024-06-30_delar", "not rad 12, driftredovisning rad 3", derived=True)
    assert source.url == "kallor?rapport=a_2024-06-30_delar&rad=3%2C12"
    assert source.text == "Räknat ur a_2024-06-30_delar, rad 3, 12"
    assert 'href="kallor?rapport=a_2024-06-30_delar&amp;rad=3%2C12"' in table(
        "T", ("Post", "kr"), [(text("A"), figure("1", source))]
    )

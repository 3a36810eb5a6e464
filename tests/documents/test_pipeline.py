"""Whatever documents arrive, the country is published: a report can stop only itself."""

import csv
import io

import pytest

from benchmarks.synthetic_reports import KINDS, generate
from dagster_pipelines.database import open_published
from dagster_pipelines.refresh import refresh
from dagster_pipelines.settings import PROJECT_DIR, Settings

SEEDS = range(4100, 4104)


@pytest.fixture(scope="module")
def home(tmp_path_factory) -> Settings:
    """A home with worn, damaged and inconsistent reports among the shipped facts, refreshed."""
    settings = Settings(home=tmp_path_factory.mktemp("home"), data_dir=PROJECT_DIR / "data")
    settings.landing_dir.mkdir()
    for kind in KINDS:
        for seed in SEEDS:
            text = generate(seed, kind).text
            (settings.landing_dir / f"{kind}-{seed}.txt").write_text(text, encoding="utf-8")
    (settings.landing_dir / "brev.txt").write_text("Hej och tack för senast.", encoding="utf-8")
    result = refresh(settings)
    assert result.breaks == []
    assert result.exit_code in (0, 3)
    return settings


def rows(home: Settings, sql: str) -> list[tuple]:
    with open_published(home.published_db) as con:
        return con.execute(sql).fetchall()


def test_the_shipped_reports_are_published_all_the_same(home):
    shipped = rows(home, "select count(*) from fct_rapportfakta where status = 'verified'")
    assert shipped == [(932,)]


def test_every_document_has_an_outcome(home):
    found = dict(rows(home, "select utfall, count(*) from raw.dokument group by 1"))
    assert sum(found.values()) == len(KINDS) * len(SEEDS) + 1
    assert found["ej rapport"] == 1
    assert found["läst"] >= len(KINDS) * len(SEEDS) - 2


def test_what_was_accepted_is_published_suspect_superseded_or_in_quarantine(home):
    accepted, explained = rows(
        home,
        """
        select
            (select count(*) from raw.fakta),
            (select count(*) from fct_rapportfakta)
            + (select count(*) from raw.fakta
                join dim_rapport on leverans_id = publicerad_leverans_id
                where raw.fakta.status = 'suspect')
            + (select count(*) from raw.fakta
                left join dim_rapport on leverans_id = publicerad_leverans_id
                where publicerad_leverans_id is null)
        """,
    )[0]
    assert accepted == explained


def test_no_suspect_figure_reaches_a_mart(home):
    assert rows(home, "select count(*) from raw.fakta where status = 'suspect'")[0][0] > 0
    assert rows(home, "select count(*) from fct_rapportfakta where status = 'suspect'") == [(0,)]


def test_planted_breaks_stand_in_quarantine(home):
    planted = rows(
        home,
        """
        select fil, status from raw.dokument left join dim_rapport using (report_id)
        where fil like '%planted%' and utfall = 'läst'
        """,
    )
    assert planted
    assert all(status == "i karantän" for _, status in planted)


def test_a_figure_is_followed_to_its_characters(home):
    traced = rows(
        home,
        """
        select fil, line, printed from fct_rapportfakta join raw.dokument using (report_id)
        where dokument.utfall = 'läst' order by random() limit 200
        """,
    )
    for fil, line, printed in traced:
        text = (home.home / fil).read_text("utf-8")
        assert printed in text.split("\n")[line - 1]


def test_the_facts_on_file_are_those_of_the_contract(home):
    delivered = sorted((home.documents_dir / "leverans").glob("*.fakta.csv"))
    assert delivered
    header = next(csv.reader(io.StringIO(delivered[0].read_text("utf-8"))))
    assert header[:3] == ["report_id", "line", "position"]

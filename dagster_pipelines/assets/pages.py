"""The pages of dashboards/ as assets: what each reads, and that it finds it in what is published.

Belongs here: one asset per page, downstream of the publication and of the marts that its exposure
names; making it asks the new version every question of the page. Does not belong here: the
questions (`dashboards.queries`) or showing the answers (`dashboards.sidor`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import duckdb

from dagster_pipelines import versions
from dagster_pipelines.assets.publish import PUBLISHED
from dagster_pipelines.database import open_published
from dagster_pipelines.outcome import Break
from dagster_pipelines.resources import Build, failure
from dashboards.queries import PARAMETER, QUERIES

PREFIX = "sida_"


def build_pages(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """All pages as one step; `manifest` is dbt's, whose exposures say what a page reads.

    Raises:
        KeyError: a page has no exposure.
    """
    exposures = {each["name"]: each for each in manifest["exposures"].values()}
    specs = [_spec(page, exposures[PREFIX + page], manifest) for page in QUERIES]

    @dg.multi_asset(specs=specs, name="sidor")
    def sidor(build: dg.ResourceParam[Build]) -> Iterator[dg.MaterializeResult[None]]:
        build.options.progress("asking the pages' questions", "")
        version = versions.current(build.settings)
        if version is None:
            raise failure("no version is published", [Break("sidor", "there is nothing to show")])
        broken = []
        with open_published(version / "finsam.duckdb") as con:
            for page, questions in QUERIES.items():
                try:
                    rows = {name: _count(con, sql) for name, sql in questions.items()}
                except duckdb.Error as error:
                    broken.append(Break(f"sidor/{page}", str(error)))
                    continue
                yield dg.MaterializeResult(
                    asset_key=["sidor", page],
                    metadata={
                        "version": version.name,
                        "dagster/row_count": sum(rows.values()),
                        "rader": dg.MetadataValue.json(rows),
                    },
                )
        if broken:
            raise failure("pages do not find what they ask for", broken)

    return sidor


def _spec(page: str, exposure: Mapping[str, Any], manifest: Mapping[str, Any]) -> dg.AssetSpec:
    nodes = {**manifest["nodes"], **manifest["sources"]}
    read = [nodes[unique_id] for unique_id in exposure["depends_on"]["nodes"]]
    return dg.AssetSpec(
        ["sidor", page],
        deps=[PUBLISHED, *(dg.AssetKey([node["schema"], node["name"]]) for node in read)],
        group_name="sidor",
        kinds={"streamlit"},
        owners=[f"team:{exposure['owner']['name'].replace(' ', '-')}"],
        description=exposure["description"],
    )


def _count(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    """How many rows the question gives with every choice left open."""
    values = dict.fromkeys(PARAMETER.findall(sql))
    return int(con.execute(f"select count(*) from ({sql})", values).fetchall()[0][0])

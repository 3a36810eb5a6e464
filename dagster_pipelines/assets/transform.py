"""Raw to marts: dbt's models as assets and its tests as asset checks.

Belongs here: how the dbt project looks in Dagster (groups, keys, row counts) and the step
that builds it. Does not belong here: models (`models/`) or how dbt is run (`dbt`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_subset_selection_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from dagster_pipelines import quarantine
from dagster_pipelines.asset_checks.guards import incoming_breaks
from dagster_pipelines.database import open_build
from dagster_pipelines.dbt import Dbt
from dagster_pipelines.dbt_worker import DbtWorker
from dagster_pipelines.resources import Build, failure
from dagster_pipelines.settings import Settings
from expectations.worker import GuardWorker


class Translator(DagsterDbtTranslator):
    """One group per layer, named like the schema that holds it."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """The schema's name."""
        return str(dbt_resource_props["schema"])


def build_dbt_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """The dbt project as one step that can be run whole or in part."""
    translator = Translator()

    @dbt_assets(manifest=manifest, dagster_dbt_translator=translator, name="dbt_build")
    def dbt_build(
        context: dg.AssetExecutionContext,
        build: dg.ResourceParam[Build],
        dbt: dg.ResourceParam[Dbt | DbtWorker],
        guard: dg.ResourceParam[GuardWorker],
    ) -> Iterator[Any]:
        selection, indirect = get_subset_selection_for_context(
            context, manifest, None, None, None, translator, None
        )
        events: list[DbtCoreCliEventMessage] = []

        def keep(message: dict[str, Any]) -> None:
            event = DbtCoreCliEventMessage(message, event_history_metadata={})
            if event.is_result_event:
                events.append(event)
                build.options.progress("building with dbt", _line(event))

        breaks = dbt.run(
            full=build.options.full,
            selection=[*selection, *(["--indirect-selection", indirect] if indirect else [])],
            on_event=keep,
        )
        counts = _row_counts(build.settings)
        for event in events:
            for result in event.to_default_asset_events(manifest, translator, context):
                if isinstance(result, dg.Output):
                    rows = counts.get(_table(manifest, event))
                    if rows is not None:
                        context.add_output_metadata(
                            {"dagster/row_count": rows}, output_name=result.output_name
                        )
                yield result
        if breaks:  # the guard's check waits for the marts, and would stay silent
            raise failure("dbt build broke", [*breaks, *incoming_breaks(guard)])
        if ("intermediate", "int_leverans") not in counts:
            return  # a part of the project was built, and never the whole
        with open_build(build.settings) as con:
            context.log.info("quarantine: %s new events", quarantine.record(con))

    return dbt_build


def _line(event: DbtCoreCliEventMessage) -> str:
    data = event.raw_event["data"]
    total = data.get("total") or data.get("num_models")  # models and tests name it differently
    return f"{data['index']} of {total}: {data['node_info']['node_name']}"


def _table(manifest: Mapping[str, Any], event: DbtCoreCliEventMessage) -> tuple[str, str]:
    node = manifest["nodes"][event.raw_event["data"]["node_info"]["unique_id"]]
    return node["schema"], node.get("alias") or node["name"]


def _row_counts(settings: Settings) -> dict[tuple[str, str], int]:
    """Rows of every table (views are not counted: that would run them)."""
    with open_build(settings) as con:
        tables = con.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        return {
            (schema, table): con.execute(f'select count(*) from "{schema}"."{table}"').fetchall()[
                0
            ][0]
            for schema, table in tables
        }

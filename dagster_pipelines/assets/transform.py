"""Raw to marts: dbt's models as assets and its tests as asset checks.

Belongs here: how the dbt project looks in Dagster (groups, keys, row counts) and the step
that builds it. Does not belong here: models (`models/`) or how dbt is run (`dbt`).
"""

from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
import dbt.graph.cli  # noqa: F401  dagster-dbt imports it when it has the manifest: 1 s too late
from dagster_dbt import DagsterDbtTranslator, dbt_assets
from dagster_dbt.asset_utils import get_subset_selection_for_context
from dagster_dbt.core.dbt_cli_event import DbtCoreCliEventMessage

from dagster_pipelines import quarantine
from dagster_pipelines.asset_checks.guards import incoming_breaks
from dagster_pipelines.database import open_build
from dagster_pipelines.dbt import Dbt
from dagster_pipelines.dbt_worker import DbtWorker
from dagster_pipelines.outcome import Break
from dagster_pipelines.resources import Build, failure
from expectations.worker import GuardWorker

WHOLE = "from duckdb_tables() where schema_name = 'intermediate' and table_name = 'int_leverans'"


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
        breaks: list[Break] = []
        for told in dbt.results(
            full=build.options.full,
            selection=[*selection, *(["--indirect-selection", indirect] if indirect else [])],
        ):
            if isinstance(told, Break):
                breaks.append(told)
                continue
            event = DbtCoreCliEventMessage(told, event_history_metadata={})
            build.options.progress("building with dbt", _line(event))
            for result in event.to_default_asset_events(manifest, translator, context):
                if isinstance(result, dg.Output) and told["rows"] is not None:
                    context.add_output_metadata(
                        {"dagster/row_count": told["rows"]}, output_name=result.output_name
                    )
                yield result
        if breaks:  # the guard's check waits for the marts, and would stay silent
            raise failure("dbt build broke", [*breaks, *incoming_breaks(guard)])
        with open_build(build.settings) as con:
            if not con.execute(WHOLE).fetchall():
                return  # a part of the project was built, and never the whole
            context.log.info("quarantine: %s new events", quarantine.record(con))

    return dbt_build


def _line(event: DbtCoreCliEventMessage) -> str:
    data = event.raw_event["data"]
    total = data.get("total") or data.get("num_models")  # models and tests name it differently
    return f"{data['index']} of {total}: {data['node_info']['node_name']}"

"""The asset graph as text, so that a change in it is seen in review.

Update it with `pytest tests/dagster_pipelines/test_asset_graph.py --update-snapshots`.
"""

from pathlib import Path

import dagster as dg
import pytest

from dagster_pipelines.assets.publish import PUBLISHED
from dagster_pipelines.definitions import build_defs
from dagster_pipelines.settings import Settings

SNAPSHOT = Path(__file__).parent / "asset_graph.txt"


@pytest.fixture(scope="module")
def defs(refreshed_home: Settings) -> dg.Definitions:
    return build_defs({"settings": refreshed_home})


def describe(defs: dg.Definitions) -> str:
    graph = defs.resolve_asset_graph()
    lines: list[str] = []
    for key in sorted(graph.materializable_asset_keys, key=lambda key: key.path):
        node = graph.get(key)
        lines.append(
            f"{key.to_user_string()}  [{node.group_name}; {', '.join(sorted(node.kinds))}]"
        )
        lines += [
            f"    from   {parent}"
            for parent in sorted(p.to_user_string() for p in node.parent_keys)
        ]
        lines += [f"    check  {check}" for check in sorted(c.name for c in node.check_keys)]
    return "\n".join(lines) + "\n"


def test_the_graph_is_the_one_we_reviewed(defs: dg.Definitions, update_snapshots: bool) -> None:
    now = describe(defs)
    if update_snapshots:
        SNAPSHOT.write_text(now, encoding="utf-8")
    assert now == SNAPSHOT.read_text(encoding="utf-8")


def test_every_asset_has_a_group_a_kind_and_a_description(defs: dg.Definitions) -> None:
    graph = defs.resolve_asset_graph()
    bare = [
        key.to_user_string()
        for key in graph.materializable_asset_keys
        if not (
            graph.get(key).group_name not in (None, "default")
            and graph.get(key).kinds
            and graph.get(key).description
        )
    ]
    assert bare == []


def test_publishing_waits_for_every_mart_and_both_guards(
    defs: dg.Definitions,
) -> None:
    graph = defs.resolve_asset_graph()
    guards = {key.name: key for key in graph.asset_check_keys if key.name.startswith("vakt_")}
    assert set(guards) == {"vakt_inkommande", "vakt_marts"}
    marts = {key for key in graph.materializable_asset_keys if key.path[0] == "marts"}
    assert marts
    assert marts <= graph.get(PUBLISHED).parent_keys
    # judged while dbt builds, and while the next version is written;
    # that publishing refuses without them is proved in test_refresh.py
    assert marts <= set(graph.get(guards["vakt_inkommande"]).parent_entity_keys)
    assert guards["vakt_marts"].asset_key == PUBLISHED


def test_the_job_has_every_asset_and_one_process(defs: dg.Definitions) -> None:
    job = defs.resolve_job_def("refresh")
    everything = defs.resolve_asset_graph().materializable_asset_keys
    assert job.asset_layer.executable_asset_keys == everything
    assert job.executor_def.name == "in_process"
    assert [schedule.name for schedule in defs.schedules] == ["daily"]
    assert [sensor.name for sensor in defs.sensors] == ["landing", "failed"]
    policy = defs.resolve_asset_graph().get(PUBLISHED).freshness_policy
    assert policy.fail_window.to_timedelta().total_seconds() == 48 * 3600

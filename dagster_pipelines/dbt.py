"""dbt in this process: parse once, build with what was parsed, let go of the database.

Belongs here: driving `dbtRunner` and deciding between an incremental and a full build.
Does not belong here: models, or how their results look in Dagster (`assets/transform.py`).
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from dagster_pipelines.carry import BUILT, PENDING, forget_base
from dagster_pipelines.database import open_build
from dagster_pipelines.files import replace_text
from dagster_pipelines.inputs import dbt_code_hash, dbt_project_hash
from dagster_pipelines.outcome import Break, RefreshError
from dagster_pipelines.settings import PROJECT_DIR, Settings

if TYPE_CHECKING:
    from dbt.artifacts.schemas.results import NodeResult
    from dbt.contracts.graph.manifest import Manifest
    from dbt_common.events.base_types import EventMsg

Row = dict[str, Any]
Results = Iterator[dict[str, Any] | Break]
"""What a build gives: dbt's events of results as plain data, and at last what broke."""
SHOWN_ROWS = 10
BROKEN = {"error", "fail", "runtime error"}
BUILT_EVENTS = {"LogSeedResult", "LogModelResult"}
RESULT_EVENTS = BUILT_EVENTS | {"LogTestResult", "LogUnitTestResult"}


class Dbt:
    """The dbt project of one installation, run in process against its build database."""

    target: ClassVar[str] = "duckdb"
    """The output of profiles.yml that it builds in."""

    def __init__(self, settings: Settings, project_dir: Path = PROJECT_DIR) -> None:
        self.settings = settings
        self.project_dir = project_dir

    @cached_property
    def parsed(self) -> "Manifest":
        """dbt's own manifest; parsing is partial when an earlier parse is at hand.

        Raises:
            RefreshError: the project does not parse.
        """
        from dbt.cli.main import dbtRunner  # noqa: PLC0415 (4 s to import)

        with self._released():
            result = dbtRunner().invoke(["parse", *self._options()])
        if not result.success:
            raise RefreshError(f"dbt cannot parse the project: {result.exception}")
        replace_text(self._stamp, self._project_hash)
        return result.result  # type: ignore[return-value]

    @cached_property
    def manifest(self) -> Mapping[str, Any]:
        """The manifest as JSON, parsed anew when it is missing or older than the project."""
        if at_hand := self.manifest_at_hand():
            return at_hand
        _ = self.parsed
        content: dict[str, Any] = json.loads(self._written.read_text(encoding="utf-8"))
        return content

    def manifest_at_hand(self) -> Mapping[str, Any] | None:
        """The manifest that an earlier parse of this very project has left; None without one."""
        if _text(self._stamp) != self._project_hash:
            return None
        with suppress(OSError, ValueError):  # a parse that was killed may have left half of it
            content: dict[str, Any] = json.loads(self._written.read_text(encoding="utf-8"))
            return content
        return None

    def build(
        self,
        *,
        full: bool = False,
        selection: Sequence[str] = (),
        on_event: Callable[["EventMsg"], None] = lambda _: None,
    ) -> "list[NodeResult]":
        """Build and test; incremental unless `full`, or the code has changed since.

        Unit tests run in full builds alone.

        Args:
            full: rebuild incremental models from scratch.
            selection: dbt's own `--select ...` arguments; empty builds everything.
            on_event: called with each dbt event, from dbt's threads.

        Raises:
            RefreshError: dbt stopped before any model ran.
        """
        afresh = full or _text(self._built) != self._code_hash
        if afresh:
            forget_base(self.settings)
        # a build that dies halfway, or that a guard stops, is followed by a full one
        self._built.unlink(missing_ok=True)
        self._pending.unlink(missing_ok=True)
        # unit tests try the code alone, and this code has passed them
        how = ["--full-refresh"] if afresh else ["--exclude-resource-type", "unit_test"]
        results = self.invoke([("build", *selection, *how)], self.parsed, on_event)
        if not selection and not any(str(result.status) in BROKEN for result in results):
            replace_text(self._pending, self._code_hash)
        return results

    def invoke(
        self,
        commands: Iterable[Sequence[str]],
        manifest: "Manifest | None" = None,
        on_event: Callable[["EventMsg"], None] = lambda _: None,
    ) -> "list[NodeResult]":
        """Run dbt's commands one after the other; the results of the last.

        Args:
            commands: each a command with its options, without those that say where things are.
            manifest: of an earlier parse.
            on_event: called with each dbt event, from dbt's threads.

        Raises:
            RefreshError: dbt stopped before any model ran.
        """
        from dbt.cli.main import dbtRunner  # noqa: PLC0415

        results: list[NodeResult] = []
        with self._released():
            for command, *options in commands:
                result = dbtRunner(manifest=manifest, callbacks=[on_event]).invoke(
                    [command, *self._options(), *options]
                )
                if result.exception:
                    said = f"dbt could not {command}: {result.exception}"
                    raise RefreshError(said) from result.exception
                results = list(result.result.results)  # type: ignore[union-attr]
        return results

    def results(self, *, full: bool = False, selection: Sequence[str] = ()) -> Results:
        """Build and test: each result of a model, seed or test, then each break (see `run`)."""
        results: list[dict[str, Any]] = []
        breaks = self.run(full=full, selection=selection, on_result=results.append)
        yield from results
        yield from breaks

    def run(
        self,
        *,
        full: bool = False,
        selection: Sequence[str] = (),
        on_result: Callable[[dict[str, Any]], None],
    ) -> list[Break]:
        """Build and test; what broke, and each result as it comes, as plain data.

        Args:
            full: as `build`.
            selection: as `build`.
            on_result: called with each result of a model, seed or test as dbt logs it, from dbt's
                threads. That of a table has its number of rows as `rows`.

        Raises:
            RefreshError: dbt stopped before any model ran.
        """
        from dbt_common.events.functions import msg_to_dict  # noqa: PLC0415

        def tell(message: "EventMsg") -> None:
            if message.info.name in RESULT_EVENTS:
                result = msg_to_dict(message)
                on_result({**result, "rows": self._rows(result)})

        return self.breaks(self.build(full=full, selection=selection, on_event=tell))

    def breaks(self, results: "Sequence[NodeResult]") -> list[Break]:
        """The errors and failed tests among `results`, with the first rows that failed."""
        broken = [r for r in results if str(r.status) in BROKEN]
        if not broken:
            return []
        with open_build(self.settings) as con:
            return [
                Break(f"dbt: {r.node.name}", r.message or str(r.status), _failing_rows(con, r))
                for r in broken
            ]

    def _rows(self, result: Mapping[str, Any]) -> int | None:
        """Rows of the table that was built; None where nobody has counted them."""
        return _rows(result)

    @property
    def target_dir(self) -> Path:
        """dbt's manifest and compiled SQL."""
        return self.settings.dbt_target_dir

    @cached_property
    def _code_hash(self) -> str:
        return dbt_code_hash(self.project_dir)

    @cached_property
    def _project_hash(self) -> str:
        return dbt_project_hash(self.project_dir)

    @property
    def _written(self) -> Path:
        return self.target_dir / "manifest.json"

    @property
    def _stamp(self) -> Path:
        return self.target_dir / "manifest.parsed"

    @property
    def _built(self) -> Path:
        return self.settings.build_dir / BUILT

    @property
    def _pending(self) -> Path:
        return self.settings.build_dir / PENDING

    def _options(self) -> list[str]:
        places = {
            "--project-dir": self.project_dir,
            "--profiles-dir": self.project_dir,
            "--target": self.target,
            "--target-path": self.target_dir,
            "--log-path": self.settings.build_dir / "logs",
        }
        quiet = ["--log-level", "none", "--log-level-file", "info"]
        return [*(str(part) for pair in places.items() for part in pair), *quiet]

    @contextmanager
    def _released(self) -> Iterator[None]:
        """dbt-duckdb keeps the database open until its process ends; close it when dbt is done."""
        self.settings.export_to_environment()
        try:
            yield
        finally:
            _let_go()


def dbt_for(settings: Settings, project_dir: Path = PROJECT_DIR) -> Dbt:
    """dbt on the engine that the settings name."""
    if settings.engine == "spark":
        from dagster_pipelines.spark.build import SparkDbt  # noqa: PLC0415 (it builds on this)

        return SparkDbt(settings, project_dir)
    return Dbt(settings, project_dir)


def _let_go() -> None:
    """Close dbt-duckdb's handle on the database file; the next invocation opens a new one."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415
    from dbt.adapters.factory import reset_adapters  # noqa: PLC0415

    reset_adapters()  # type: ignore[no-untyped-call]
    environment: Any = DuckDBConnectionManager._ENV
    if environment is not None:
        environment.close()
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]


def _rows(result: Mapping[str, Any]) -> int | None:
    """Rows of the table that was built, while dbt holds the database; no view is run for it."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    node = result["data"]["node_info"]
    built = result["info"]["name"] in BUILT_EVENTS and node["node_status"] == "success"
    if not built or node["materialized"] == "view":
        return None
    relation = node["node_relation"]
    handle = DuckDBConnectionManager.env().handle()  # type: ignore[no-untyped-call]
    try:
        counted = f'select count(*) from "{relation["schema"]}"."{relation["alias"]}"'
        return int(handle.cursor().execute(counted).fetchall()[0][0])
    finally:
        handle.close()


def _failing_rows(con: Any, result: "NodeResult") -> list[Row]:
    """The rows that a failed test selects; none for a model that did not build."""
    sql = getattr(result.node, "compiled_code", None)
    if str(result.node.resource_type) != "test" or not sql:
        return []
    cursor = con.execute(f"select * from ({sql}\n) limit {SHOWN_ROWS}")
    names = [column[0] for column in cursor.description]
    return [
        {
            name: value if value is None else str(value)
            for name, value in zip(names, row, strict=True)
        }
        for row in cursor.fetchall()
    ]


def _text(path: Path) -> str | None:
    with suppress(FileNotFoundError):
        return path.read_text(encoding="utf-8")
    return None

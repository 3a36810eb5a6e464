"""Random histories of deliveries: does building step by step give what building at once gives?

    python -m benchmarks.stepwise [--examples N] [--steps N] [--seed N]

Each history adds reports, corrects them, breaks and mends them, delivers half of one, changes what
is known of one and drops files, in any order. After every step the incremental SQL of the models
runs; in the end the full SQL does, on the same raw tables, and every table must be equal row for
row. The SQL is what dbt compiles, run by DuckDB alone, so that hundreds of histories take minutes.

Belongs here: the steps, the machine that takes them, the comparison. Does not belong here: which
histories to try in CI (`tests/models/test_incremental.py`).
"""

import argparse
import json
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal, get_args

import duckdb
import polars as pl

from benchmarks.refresh import in_order
from benchmarks.synthetic_nation.delivery import Size, deliver
from dagster_pipelines.dbt import Dbt, _let_go
from dagster_pipelines.facts.loader import load
from dagster_pipelines.settings import PROJECT_DIR, Settings

Action = Literal["add", "correct", "break", "mend", "half", "check", "describe", "withdraw"]
ACTIONS: tuple[Action, ...] = get_args(Action)
BUILT = ("intermediate", "marts")
REPORTS = 6
"""How many reports a history can be about: two förbund, each with more than one year."""


@dataclass(frozen=True)
class Step:
    """What happens to a report: `report` is its number, `amount` tells corrections apart."""

    action: Action
    report: int
    amount: int = 1


class Project:
    """The compiled models, full and incremental, and the reports that histories are made of."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.settings = Settings(home=folder, data_dir=folder / "data")
        self.settings.landing_dir.mkdir(parents=True)
        made = deliver(Size(2, 2), folder / "leverans", seed=3)
        facts = pl.read_parquet(sorted(made.landing.rglob("fakta-*.parquet")))
        whole = facts.partition_by("report_id", as_dict=True)
        self.reports = [whole[key] for key in sorted(whole)][:REPORTS]
        self._build_once()

    def _build_once(self) -> None:
        """A build by dbt itself: it leaves seeds, and relations that incremental SQL needs."""
        self.settings.build_dir.mkdir()
        self.reports[0].write_parquet(self.settings.landing_dir / "mall.parquet")
        with duckdb.connect(self.settings.build_db) as con:
            load(con, [("landing", self.settings.landing_dir)], self.settings)
        results = Dbt(self.settings).build(
            full=True, selection=("--exclude", "resource_type:test", "resource_type:unit_test")
        )
        assert {str(r.status) for r in results} <= {"success", "no-op"}, results

    @cached_property
    def full(self) -> list[dict[str, Any]]:
        """The models in order, as a full build runs them."""
        return self._compiled("--full-refresh")

    @cached_property
    def incremental(self) -> list[dict[str, Any]]:
        """The models in order, as a build runs them that finds tables to add to."""
        return self._compiled()

    def _compiled(self, *flags: str) -> list[dict[str, Any]]:
        from dbt.cli.main import dbtRunner  # noqa: PLC0415 (4 s to import)

        self.settings.export_to_environment()
        result = dbtRunner().invoke(
            ["compile", *flags, "--project-dir", str(PROJECT_DIR), "--profiles-dir",
             str(PROJECT_DIR), "--target-path", str(self.settings.dbt_target_dir),
             "--log-level", "none"]
        )  # fmt: skip
        _let_go()
        if not result.success:
            raise RuntimeError(str(result.exception))
        written = (self.settings.dbt_target_dir / "manifest.json").read_text("utf-8")
        return in_order(json.loads(written))


class Warehouse:
    """A build database in memory to which steps happen."""

    def __init__(self, project: Project, folder: Path) -> None:
        self._project = project
        self._landing = folder / "landing"
        self._landing.mkdir(parents=True)
        self._settings = Settings(home=folder, data_dir=folder / "data")
        self._now: dict[int, pl.DataFrame] = {}
        self._built = False
        self.con = duckdb.connect()
        self.con.execute("attach ':memory:' as bygge")
        self.con.execute(f"attach '{project.settings.build_db}' as mall (read_only)")
        self.con.execute("use bygge")
        for schema in ("seeds", "staging", *BUILT):
            self.con.execute(f"create schema {schema}")
        for (seed,) in self.con.execute(
            "select table_name from duckdb_tables() "
            "where database_name = 'mall' and schema_name = 'seeds'"
        ).fetchall():
            self.con.execute(f"create table seeds.{seed} as from mall.seeds.{seed}")
        self.con.execute("detach mall")

    def take(self, step: Step) -> None:
        """Change the landing folder, load it, and build what that asks for."""
        self._change(step)
        load(self.con, [("landing", self._landing)], self._settings)
        if not self.con.execute("select 1 from raw.leverans limit 1").fetchall():
            return
        if self._built:
            self._build_incrementally()
        else:
            self.build()
        self._built = True

    def build(self) -> None:
        """All models from scratch."""
        for model in self._project.full:
            self._create(model)

    def tables(self) -> dict[str, Counter[str]]:
        """Every row that was built, but for what only tells which run built it."""
        found = {}
        for model in self._project.full:
            if model["config"]["materialized"] == "view" or model["name"] == "int_andrad":
                continue
            rows = self.con.execute(f"from {_name(model)}")
            names = [column[0] for column in rows.description or ()]
            keep = [n for n, name in enumerate(names) if name != "andrad"]
            found[model["name"]] = Counter(str([row[n] for n in keep]) for row in rows.fetchall())
        return found

    def _change(self, step: Step) -> None:
        number = step.report
        path = self._landing / f"rapport-{number}.parquet"
        facts = self._now.get(number, self._project.reports[number])
        report_id = facts["report_id"][0]
        if step.action == "withdraw":
            path.unlink(missing_ok=True)
            return
        if step.action == "describe":
            self._describe(report_id, step.amount)
            return
        changed = {
            "add": lambda: facts,
            "correct": lambda: _moved(facts, step.amount),
            "break": lambda: _raised(facts, "likvida_medel_vid_periodens_borjan", step.amount),
            "mend": lambda: self._project.reports[number],
            "half": lambda: _with_rejected(facts),
            "check": lambda: facts.with_columns(pl.lit("verified").alias("status")),
        }[step.action]()
        if step.action != "half":
            self._now[number] = changed
        changed.write_parquet(path)

    def _describe(self, report_id: str, amount: int) -> None:
        """Metadata that says something else than before, also of reports not yet delivered."""
        year = int(report_id.split("_")[1][:4])
        about = pl.DataFrame(
            {
                "report_id": [report_id], "source_file": ["x.pdf"], "forbund": [f"Namn {amount}"],
                "report_type": [report_id.rsplit("_", 1)[1]],
                "period_start": [f"{year}-0{1 + amount % 2}-01"],
                "period_end": [report_id.split("_")[1]],
                "decided_date": [f"{year + 1}-0{1 + amount % 9}-01"], "sha256": ["0" * 64],
                "extracted_by": ["prov"], "status": ["verified"],
            }
        )  # fmt: skip
        about.write_csv(self._landing / f"om-{report_id}.csv")

    def _build_incrementally(self) -> None:
        for model in self._project.incremental:
            if model["config"]["materialized"] != "incremental":
                self._create(model)
                continue
            name, column = _name(model), model["config"]["meta"]["byggs_per"]
            changed = (
                "intermediate.int_leverans where andrad" if model["schema"] == "marts"
                else "intermediate.int_andrad where byggd"
            )  # fmt: skip
            self._drop_rows(
                f"delete from {name} where {column} in (select {column} from {changed})"
            )
            self.con.execute(f"insert into {name} by name {model['compiled_code']}")

    def _drop_rows(self, sql: str) -> None:
        """The pre-hook of an incremental model; a test replaces it to see the fault caught."""
        self.con.execute(sql)

    def _create(self, model: dict[str, Any]) -> None:
        name = _name(model)
        if model["config"]["materialized"] == "view":
            self.con.execute(f"create or replace view {name} as {model['compiled_code']}")
            return
        self.con.execute(f"create or replace table bygge.main.ny as {model['compiled_code']}")
        self.con.execute(f"create or replace table {name} as from bygge.main.ny")


def _name(model: dict[str, Any]) -> str:
    return f'bygge."{model["schema"]}"."{model["name"]}"'


def _raised(facts: pl.DataFrame, post: str, amount: int) -> pl.DataFrame:
    """The first figure of a post, off by so many thousands: an identity breaks."""
    first = facts.filter(pl.col("post_code") == post).row(0, named=True)
    here = (pl.col("line") == first["line"]) & (pl.col("position") == first["position"])
    value = first["value"] + 1000 * amount
    return facts.with_columns(
        pl.when(here)
        .then(pl.lit(value).cast(facts.schema["value"]))
        .otherwise("value")
        .alias("value"),
        pl.when(here).then(pl.lit(f"{value:.0f}")).otherwise("printed").alias("printed"),
    )


def _moved(facts: pl.DataFrame, amount: int) -> pl.DataFrame:
    """Some thousands from one claim to another: every identity still holds."""
    return _raised(_raised(facts, "kundfordringar", amount), "ovriga_fordringar", -amount)


def _with_rejected(facts: pl.DataFrame) -> pl.DataFrame:
    """The same facts and one row that the contract refuses."""
    wrong = facts.head(1).with_columns(
        (pl.col("line") + 900).alias("line"), pl.lit("EURO").alias("unit")
    )
    return pl.concat([facts, wrong])


def differences(project: Project, steps: Sequence[Step], folder: Path) -> dict[str, int]:
    """The tables that differ after `steps`, with how many rows; empty when all are equal."""
    warehouse = Warehouse(project, folder)
    with warehouse.con:
        for step in steps:
            warehouse.take(step)
        return compared(warehouse)


def compared(warehouse: Warehouse) -> dict[str, int]:
    """What differs between the tables as they are and a build from scratch."""
    if not warehouse._built:
        return {}
    stepwise = warehouse.tables()
    warehouse.build()
    at_once = warehouse.tables()
    return {
        name: (stepwise[name] - at_once[name]).total() + (at_once[name] - stepwise[name]).total()
        for name in at_once
        if stepwise[name] != at_once[name]
    }


@contextmanager
def project() -> Iterator[Project]:
    """A compiled project in a folder that is removed afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        yield Project(Path(folder))


def main() -> None:
    """Try random histories; the first that differs is printed, and ends with 1."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--examples", type=int, default=50)
    parser.add_argument("--steps", type=int, default=8)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    with project() as compiled:
        for number in range(arguments.examples):
            steps = [
                Step(draw.choice(ACTIONS), draw.randrange(REPORTS), draw.randrange(1, 4))
                for _ in range(draw.randrange(1, arguments.steps + 1))
            ]
            with tempfile.TemporaryDirectory() as folder:
                found = differences(compiled, steps, Path(folder))
            if found:
                sys.exit(f"history {number} differs in {found}:\n  " + "\n  ".join(map(str, steps)))
    print(f"{arguments.examples} histories: every table equal, row for row")


if __name__ == "__main__":
    main()

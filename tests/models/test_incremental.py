"""Deliveries one at a time give the same tables as all at once.

One sequence through dbt itself: it adds reports, breaks one in a new delivery, corrects it and
repeats nothing; a full build of it, at once or in rounds, gives the same. Then any history, by the
SQL that dbt compiles (`benchmarks.stepwise`, which tries many more): what incremental models keep,
append and drop must equal a build from scratch.
"""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from benchmarks import stepwise
from dagster_pipelines.dbt import Dbt
from dagster_pipelines.facts.loader import load_into
from dagster_pipelines.settings import PROJECT_DIR, Settings

MODELS_ONLY = ("--exclude", "resource_type:test", "resource_type:unit_test")
REPORT = "sofint_2021-06-30_delar.csv"


@pytest.fixture
def home(tmp_path) -> Settings:
    made = Settings(home=tmp_path, data_dir=tmp_path / "data")
    made.landing_dir.mkdir()
    (made.data_dir / "fakta").mkdir(parents=True)
    return made


def deliver(settings: Settings, name: str, change=lambda text: text) -> None:
    text = (PROJECT_DIR / "data" / "fakta" / name).read_text("utf-8")
    (settings.landing_dir / name).write_text(change(text), "utf-8")


def build(settings: Settings, *, full: bool = False, per_round: int | None = None) -> None:
    load_into(settings.build_db, settings)
    dbt = Dbt(settings)
    rounds = ("--vars", f"leveranser_per_omgang: {per_round}") if per_round else ()
    results = dbt.build(full=full, selection=(*MODELS_ONLY, *rounds))
    assert {str(r.status) for r in results} <= {"success", "no-op"}
    # the code is the same: what was built stands as a basis for the next delivery
    (settings.build_dir / "built.code").write_text(dbt._code_hash, "utf-8")


def tables(settings: Settings) -> dict[str, tuple[int, str]]:
    """Every table but what a build notes of itself: which deliveries it touched."""
    with duckdb.connect(settings.build_db, read_only=True) as con:
        names = con.execute(
            "select schema_name || '.' || table_name from duckdb_tables() where schema_name in ('marts', 'intermediate') and table_name <> 'int_andrad'"
        ).fetchall()
        found = {}
        for (name,) in names:
            noted = "exclude (andrad)" if name == "intermediate.int_leverans" else ""
            rows = sorted(
                str(row) for row in con.execute(f"select * {noted} from {name}").fetchall()
            )
            found[name] = (len(rows), hashlib.sha256("\n".join(rows).encode()).hexdigest())
    return found


def rounds(settings: Settings) -> list[int]:
    """How many deliveries each round of the last full build took."""
    with duckdb.connect(settings.build_db, read_only=True) as con:
        counted = con.execute(
            "select count(*) from intermediate.int_andrad group by omgang order by omgang"
        ).fetchall()
    return [count for (count,) in counted]


def in_rounds(settings: Settings) -> set[str]:
    """The models whose query, as the last build ran it, was of the first round alone."""
    compiled = settings.build_dir / "target" / "compiled" / "finsam" / "models"
    return {
        path.stem
        for path in compiled.rglob("int_*.sql")
        if "omgang = 0)" in path.read_text("utf-8")
    }


def quarantine(settings: Settings) -> list[tuple[str, str]]:
    with duckdb.connect(settings.build_db, read_only=True) as con:
        return con.execute(
            "select leverans_id, status from intermediate.int_leverans where report_id like 'sofint_2021%' order by 1"
        ).fetchall()


def test_a_sequence_of_deliveries_equals_one_build(home: Settings) -> None:
    names = sorted(p.name for p in (PROJECT_DIR / "data" / "fakta").glob("*.csv"))
    deliver(home, REPORT)
    build(home)
    for name in names:
        deliver(home, name)
    build(home)
    broken = "Summa tillgångar,summa_tillgangar,,,,utfall,,2021-06-30,SEK,4379942,4379 942"
    whole = broken.replace("4379942,4379 942", "4369942,4369 942")
    deliver(home, REPORT, lambda text: text.replace(whole, broken))
    build(home)
    assert quarantine(home) == [
        ("sofint_2021-06-30_delar#1", "publicerad"),
        ("sofint_2021-06-30_delar#2", "i karantän"),
    ]
    deliver(home, REPORT, lambda text: text.replace(",antal,63,63,", ",antal,64,64,"))
    build(home)
    assert [status for _, status in quarantine(home)] == ["ersatt", "ersatt", "publicerad"]

    stepwise = tables(home)
    assert len(stepwise) > 30
    again = Settings(home=home.home / "again", data_dir=home.data_dir)
    shutil.copytree(home.build_dir, again.build_dir)
    shutil.copytree(home.landing_dir, again.landing_dir)
    build(again, full=True)
    assert tables(again) == stepwise
    assert rounds(again) == [7]
    assert in_rounds(again) == set()
    build(again, full=True, per_round=3)
    assert rounds(again) == [3, 3, 1]
    assert len(in_rounds(again)) == 20
    assert tables(again) == stepwise


STEPS = st.lists(
    st.builds(
        stepwise.Step,
        st.sampled_from(stepwise.ACTIONS),
        st.integers(0, stepwise.REPORTS - 1),
        st.integers(1, 3),
    ),
    min_size=2,
    max_size=5,
)


@pytest.fixture(scope="module")
def project() -> Iterator[stepwise.Project]:
    with stepwise.project() as compiled:
        yield compiled


@hypothesis_settings(
    max_examples=6, deadline=None, derandomize=True, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)  # fmt: skip
@given(steps=STEPS)
def test_any_history_equals_one_build(project: stepwise.Project, steps: list) -> None:
    with tempfile.TemporaryDirectory() as folder:
        assert stepwise.differences(project, steps, Path(folder)) == {}


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        ("glom", "fct_rapportfakta"),  # rows of a replaced delivery stay
        ("andrad", "dim_rapport"),  # what changed is not noticed
    ],
)
def test_a_model_that_forgets_is_noticed(
    project: stepwise.Project, tmp_path: Path, monkeypatch, spoil: str, told: str
) -> None:
    warehouse = stepwise.Warehouse(project, tmp_path)
    if spoil == "glom":
        monkeypatch.setattr(warehouse, "_drop_rows", lambda _sql: None)
    steps = [stepwise.Step("add", 0), stepwise.Step("add", 1), stepwise.Step("correct", 0)]
    with warehouse.con:
        for step in steps:
            warehouse.take(step)
        if spoil == "andrad":
            warehouse.con.execute("delete from marts.dim_rapport")
        assert told in stepwise.compared(warehouse)


def test_a_history_reaches_quarantine_and_late_metadata(
    project: stepwise.Project, tmp_path: Path
) -> None:
    """The steps do what they say: otherwise equal tables would prove little."""
    warehouse = stepwise.Warehouse(project, tmp_path)

    def statuses() -> list[str]:
        rows = warehouse.con.execute(
            "select status from intermediate.int_leverans order by version"
        )
        return [row[0] for row in rows.fetchall()]

    with warehouse.con:
        warehouse.take(stepwise.Step("add", 0))
        warehouse.take(stepwise.Step("break", 0))
        assert statuses() == ["publicerad", "i karantän"]
        warehouse.take(stepwise.Step("half", 0))
        assert statuses()[-1] == "i karantän"
        warehouse.take(stepwise.Step("correct", 0))
        warehouse.take(stepwise.Step("mend", 0))
        assert statuses()[-1] == "publicerad"
        warehouse.take(stepwise.Step("describe", 0))
        decided = "select beslutad_datum is not null from marts.fct_ekonomi_historik"
        assert set(warehouse.con.execute(decided).fetchall()) == {(True,)}

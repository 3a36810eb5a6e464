"""The doctor finds each fault, the log tells each refresh, the alert reaches somebody."""

import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import dagster as dg
import pytest
from typer.testing import CliRunner

from benchmarks import small_warehouse
from dagster_pipelines import doctor, versions
from dagster_pipelines.alert import alert
from dagster_pipelines.cli.app import app
from dagster_pipelines.lock import exclusive_build
from dagster_pipelines.outcome import Break, RefreshError
from dagster_pipelines.refresh import refresh
from dagster_pipelines.settings import PROJECT_DIR, Settings
from dagster_pipelines.success import note_success


@pytest.fixture
def small(tmp_path: Path) -> Settings:
    settings = small_warehouse.create(tmp_path / "home")
    small_warehouse.publish(settings, 0)
    note_success(settings, "generation-0")
    return settings


def states(settings: Settings, now: datetime | None = None) -> dict[str, str]:
    return {a.name: a.state for a in doctor.examine(settings, now) if a.state != doctor.OK}


def test_a_well_installation_has_nothing_to_say(small: Settings) -> None:
    assert states(small) == {}


def tamper(settings: Settings) -> None:
    with settings.published_db.open("ab") as file:
        file.write(b"x")


def destroy(settings: Settings) -> None:
    settings.published_db.resolve().write_bytes(b"inte en databas" * 1000)


FAULTS: dict[str, tuple[Callable[[Settings], object], set[str]]] = {
    "published bytes": (tamper, {"published bytes"}),
    "published database": (destroy, {"published database", "published bytes"}),
    "nothing published": (lambda s: s.current_link.unlink(), {"published"}),
    "build database": (
        lambda s: s.build_db.write_bytes(b"inte en databas" * 1000), {"build database"},
    ),
    "landing": (
        lambda s: (s.landing_dir.rmdir(), s.landing_dir.write_text("en fil")), {"landing/"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_and_has_a_remedy(small: Settings, fault: str) -> None:
    injure, found = FAULTS[fault]
    injure(small)
    broken = {a.name: a for a in doctor.examine(small) if a.state == doctor.BROKEN}
    assert set(broken) == found
    assert all(answer.remedy for answer in broken.values())


def test_disk_links_and_age(small: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    assert states(small.model_copy(update={"min_free_mb": 10**9})) == {"disk": doctor.BROKEN}
    now = datetime.now(UTC)
    assert states(small, now + timedelta(hours=47)) == {}
    assert states(small, now + timedelta(hours=49)) == {"last success": doctor.BROKEN}
    assert states(small, now - timedelta(hours=1)) == {"last success": doctor.NOTE}

    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refused)
    assert states(small) == {"symbolic links": doctor.BROKEN}


def test_a_running_refresh_and_a_rollback_are_noted(small: Settings) -> None:
    with exclusive_build(small):
        assert states(small) == {"lock": doctor.NOTE, "build database": doctor.NOTE}
    small_warehouse.build(small, 1)
    small_warehouse.publish(small, 1)
    versions.roll_back(small)
    assert states(small) == {"rolled back": doctor.NOTE}


def test_the_commands(small: Settings) -> None:
    run, home = CliRunner(), ["--home", str(small.home)]
    assert run.invoke(app, ["doctor", *home]).exit_code == 0
    only = run.invoke(app, ["rollback", *home])
    assert (only.exit_code, "No version before" in only.stderr) == (2, True)
    small_warehouse.build(small, 1)
    small_warehouse.publish(small, 1)
    listed = run.invoke(app, ["history", *home])
    assert listed.stdout.count("published") == 2
    told = run.invoke(app, ["history", versions.kept(small)[0].name, *home])
    assert "Facts per report" in told.stdout, told.output
    assert "again" in run.invoke(app, ["rollback", *home]).stdout
    assert small_warehouse.seen(small) == 0
    tamper(small)
    ill = run.invoke(app, ["doctor", *home])
    assert (ill.exit_code, "published bytes" in ill.stdout) == (1, True)


Received = list[dict[str, str]]


@pytest.fixture
def listener() -> Iterator[tuple[str, Received]]:
    """Somebody who is told, on this machine."""
    received: Received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"json://127.0.0.1:{server.server_port}/hemligt", received
    server.shutdown()
    thread.join()
    server.server_close()


def lines(settings: Settings) -> list[dict[str, object]]:
    text = settings.log_file.read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


def test_a_failed_refresh_is_logged_and_told(
    tmp_path: Path, listener: tuple[str, Received], monkeypatch: pytest.MonkeyPatch
) -> None:
    from dagster_pipelines import refresh as refreshing  # noqa: PLC0415

    url, received = listener
    settings = Settings(home=tmp_path, data_dir=tmp_path, alert_url=url)

    def broken(*_: object) -> None:
        raise RefreshError("dbt kunde inte läsa modellen")

    monkeypatch.setattr(refreshing, "_run", broken)
    with pytest.raises(RefreshError):
        refresh(settings)
    assert "dbt kunde inte läsa modellen" in received[0]["message"]
    logged = lines(settings)
    assert [line["event"] for line in logged] == ["refresh began", "refresh failed"]
    assert "dbt kunde inte" in str(logged[1]["traceback"])
    assert "hemligt" not in settings.log_file.read_text(encoding="utf-8")


def test_an_alert_that_does_not_arrive_hides_nothing(tmp_path: Path) -> None:
    closed = Settings(home=tmp_path, alert_url="json://127.0.0.1:9/x")
    assert alert(closed, "fel", [Break("a", "b")]) is False
    assert alert(Settings(home=tmp_path, alert_url="inte en adress"), "fel") is False


def test_a_failed_run_of_dagster_is_told(tmp_path: Path, listener: tuple[str, Received]) -> None:
    from dagster_pipelines import sensors  # noqa: PLC0415

    url, received = listener
    settings = Settings(home=tmp_path, data_dir=tmp_path, alert_url=url)

    @dg.op
    def faller() -> None:
        raise RuntimeError("steget föll")

    @dg.job
    def refresh_job() -> None:
        faller()

    with dg.DagsterInstance.ephemeral() as instance:
        result = refresh_job.execute_in_process(instance=instance, raise_on_error=False)
        context = dg.build_run_status_sensor_context(
            sensor_name="failed",
            dagster_event=result.get_run_failure_event(),
            dagster_instance=instance,
            dagster_run=result.dagster_run,
            resources={"settings": settings},
        ).for_run_failure()
        sensors.failed(context)
    assert result.run_id in received[0]["message"]
    assert "faller" in received[0]["message"]


def test_without_an_address_apprise_is_not_imported() -> None:
    code = (
        "import sys; from pathlib import Path; from dagster_pipelines.alert import alert;"
        "from dagster_pipelines.settings import Settings;"
        "assert not alert(Settings(home=Path('/tmp')), 'fel');"
        "import dagster_pipelines.cli.app;"
        "print({'apprise', 'rich', 'duckdb'} & (set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True, cwd=PROJECT_DIR
    )
    assert done.stdout.strip() == "set()"

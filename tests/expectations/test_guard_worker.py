"""The guard in its own process: answers like the runner, and no answer is never green."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest

from expectations import data_docs
from expectations.frames import incoming_frames, marts_frames
from expectations.result import GuardError, GuardResult
from expectations.runner import Run
from expectations.worker import GuardWorker

PROJECT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def guard():
    with GuardWorker() as worker:
        yield worker


def pretend(answer: str) -> GuardWorker:
    """A worker that answers every question with this Python expression over `nummer`."""
    code = (
        "import sys, json\n"
        "for line in sys.stdin:\n"
        "    nummer = json.loads(line)['nummer']\n"
        f"    print({answer}, flush=True)"
    )
    return GuardWorker(timeout_seconds=20, command=(sys.executable, "-c", code))


def green(**change: object) -> dict[str, object]:
    result = GuardResult("marts", True, 1, [], [], []).as_dict()
    return {**result, **change}


def test_worker_answers_as_the_runner_does(guard, lager):
    assert guard.validate("inkommande_fakta", incoming_frames(lager)).success
    assert guard.validate("marts", marts_frames(lager)).success
    lager.execute("delete from seeds.kand_avvikelse")
    red = guard.validate("marts", marts_frames(lager))
    assert not red.success
    assert {one["expectation"] for one in red.failures} == {
        "identitet.RR1",
        "identitet.samma_utslag",
    }


def test_a_verdict_waits_for_whoever_comes_for_it_in_any_order(guard, lager):
    guard.begin("inkommande_fakta", incoming_frames(lager))
    assert guard.has_begun("inkommande_fakta")
    assert guard.validate("marts", marts_frames(lager)).suite == "marts"
    assert guard.verdict("inkommande_fakta").suite == "inkommande_fakta"
    with pytest.raises(GuardError, match="inkommande_fakta"):
        guard.verdict("inkommande_fakta")  # one verdict, one judging


def test_unknown_suite_is_an_error_and_the_worker_lives_on(guard, lager):
    with pytest.raises(GuardError, match="FileNotFoundError"):
        guard.validate("finns_inte", {})
    assert guard.validate("marts", marts_frames(lager)).success


class Resources(HTMLParser):
    """Collects everything a browser would fetch or run."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag in {"link", "script", "img", "iframe", "object", "embed", "source"}:
            self.found.append(f"{tag} {values}")
        self.found += [f"{tag} {name}" for name in values if name.startswith("on")]
        href = values.get("href") or ""
        if tag == "a" and not href.startswith("#") and not href.endswith(".html"):
            self.found.append(f"a {href}")


def test_data_docs_fetch_nothing_and_run_nothing(guard, lager, tmp_path):
    lager.execute(
        "update raw.fakta set statement = '<script>alert(1)</script>', "
        "label = '<img src=x onerror=alert(1)>', "
        "breakdown = '<b>', unit = '\"><script>', printed = ' ' where line in (30, 31)"
    )
    lager.execute("update marts.fct_kostnad set belopp_sek = -5, report_id = '<script>x</script>'")
    guard.validate("inkommande_fakta", incoming_frames(lager))
    guard.validate("marts", marts_frames(lager))
    guard.begin_data_docs(tmp_path / "data_docs")
    index = guard.data_docs()
    pages = sorted(index.parent.glob("*.html"))
    assert len(pages) == 1 + 3 + 6
    for page in pages:
        html = page.read_text(encoding="utf-8")
        resources = Resources()
        resources.feed(html)
        assert resources.found == [], page.name
        assert "url(" not in html
        assert "@import" not in html
        assert "default-src 'none'" in html
    text = index.read_text(encoding="utf-8")
    assert "håller inte" in text
    assert "alfa_2022-06-30_delar rad 30" in text
    assert "En periods kostnader är tillsammans inte negativa" in (
        index.parent / "marts.kostnader.html"
    ).read_text("utf-8")
    for name, heading in (("inkommande_fakta.inlasningar", "Inkommande fakta: inläsningar"),
                          ("marts.tackning", "Marter: täckning")):  # fmt: skip
        assert f"<h1>{heading}</h1>" in (index.parent / f"{name}.html").read_text("utf-8")
        assert f">{heading.split(': ')[1]}</a>" in text


def test_data_docs_say_when_the_checks_ran_by_swedish_clocks(tmp_path):
    tried = (datetime(2026, 1, 5, 8, 0, tzinfo=UTC), datetime(2026, 7, 1, 22, 30, tzinfo=UTC))
    runs = [Run(GuardResult.from_dict(green()), {}, tried_at) for tried_at in tried]
    text = data_docs.write(runs, tmp_path / "data_docs").read_text(encoding="utf-8")
    assert "Prövat 2026-07-02 00:30" in text


def test_killed_worker_is_an_error(lager):
    with GuardWorker() as worker:
        os.kill(worker.pid, signal.SIGKILL)
        with pytest.raises(GuardError, match="slut"):
            worker.validate("marts", {})
        with pytest.raises(GuardError, match="slut"):
            worker.validate("marts", {})


def test_worker_that_cannot_start_says_why():
    command = (sys.executable, "-c", "raise SystemExit('trasig miljö')")
    with GuardWorker(command=command) as worker, pytest.raises(GuardError, match="trasig miljö"):
        worker.validate("marts", {})


def test_silent_worker_is_an_error():
    command = (sys.executable, "-c", "import sys; sys.stdin.read()")
    with (
        GuardWorker(timeout_seconds=0.2, command=command) as worker,
        pytest.raises(GuardError, match="svarade inte"),
    ):
        worker.validate("marts", {})


@pytest.mark.parametrize(
    "answer",
    [
        "'ja'",
        "'[1, 2]'",
        "'{}'",
        "json.dumps({'nummer': nummer})",
        "json.dumps({'nummer': nummer, 'fel': 'något'})",
        f"json.dumps({{'nummer': nummer + 1, 'svar': {green()!r}}})",
        f"json.dumps({{'nummer': nummer, 'svar': {green(suite='inkommande_fakta')!r}}})",
        f"json.dumps({{'nummer': nummer, 'svar': {green(evaluated=0)!r}}})",
        f"json.dumps({{'nummer': nummer, 'svar': {green(exceptions=['fel'])!r}}})",
        f"json.dumps({{'nummer': nummer, 'svar': {green(failures=[{}])!r}}})",
        "json.dumps({'nummer': nummer, 'svar': {'suite': 'marts', 'success': True}})",
    ],
)
def test_garbage_is_an_error(answer):
    with pretend(answer) as worker, pytest.raises(GuardError):
        worker.validate("marts", {})


def test_honest_pretender_is_believed():
    """The pretenders above fail for what they say, not for being pretenders."""
    with pretend(f"json.dumps({{'nummer': nummer, 'svar': {green()!r}}})") as worker:
        assert worker.validate("marts", {}).success


def test_only_the_guard_process_imports_great_expectations():
    code = (
        "import sys\n"
        "import expectations.frames, expectations.identiteter, expectations.worker\n"
        "assert 'great_expectations' not in sys.modules and 'pandas' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)


def test_import_leaves_out_what_we_do_not_use():
    code = (
        "import sys\n"
        "import expectations.data_docs\n"
        "assert 'scipy.stats._stats_py' not in sys.modules\n"
        "assert 'altair.vegalite' not in sys.modules\n"
        "assert 'sqlalchemy' not in sys.modules\n"
        "import sqlalchemy\n"
        "from scipy import stats\n"
        "assert stats.norm.cdf(0) == 0.5\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=PROJECT)

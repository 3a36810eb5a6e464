"""A real Spark cluster on this machine: one master and its workers, each a process of its own.

    python -m dagster_pipelines.spark.cluster [--workers N] -- COMMAND [ARGUMENT ...]

Starts it from the installed package, runs the command with FINSAM_SPARK_MASTER set to it, and
stops it, however the command ends; the exit code is the command's.

Belongs here: starting and stopping. Does not belong here: what runs on it. Everything listens on
127.0.0.1 alone. Where master, workers and the pipeline are machines of their own, Spark's own
scripts start them, and the home is a folder that all of them see at the same path.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from dagster_pipelines.outcome import RefreshError
from dagster_pipelines.settings import Settings, get_settings
from dagster_pipelines.spark.build import require_spark

HERE = "127.0.0.1"
STARTED = re.compile(r"Starting Spark master at (spark://\S+)")
REGISTERED = re.compile(r"Successfully registered with master")
SECONDS = 120
"""How long a part may take to start before that is a failure."""


@contextmanager
def standalone_cluster(settings: Settings, workers: int = 2) -> Iterator[str]:
    """The address `spark://…` of a cluster that lives as long as the context.

    Each worker has one core and memory for one executor.

    Raises:
        RefreshError: a part did not start; the message has its last words.
    """
    require_spark(settings)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        address = ["--host", HERE, "--port", "0", "--webui-port", "0"]
        master = stack.enter_context(_part("master.Master", address, folder))
        url = _said(master, STARTED)[1]
        memory = ["--cores", "1", "--memory", f"{settings.spark_memory_mb}m"]
        for number in range(workers):
            place = ["--work-dir", str(folder / f"worker{number}")]
            options = [*address, *memory, *place, url]
            part = stack.enter_context(_part("worker.Worker", options, folder, number))
            _said(part, REGISTERED)
        yield url


@contextmanager
def _part(
    name: str, options: Sequence[str], folder: Path, number: int = 0
) -> Iterator[tuple[subprocess.Popen[bytes], Path]]:
    """One process of the cluster and the file that it logs to; ended on the way out."""
    import pyspark  # noqa: PLC0415 (optional)

    log = folder / f"{name}{number}.log"
    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    with log.open("wb") as written:
        process = subprocess.Popen(  # noqa: S603 (Spark's own program)
            [str(program), f"org.apache.spark.deploy.{name}", *options],
            stdout=written,
            stderr=subprocess.STDOUT,
            env={**os.environ, "SPARK_LOCAL_IP": HERE, "PYSPARK_PYTHON": sys.executable},
        )
        try:
            yield process, log
        finally:
            process.terminate()
            process.wait()


def _said(part: tuple[subprocess.Popen[bytes], Path], wanted: re.Pattern[str]) -> re.Match[str]:
    """What the process logs once it works."""
    process, log = part
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        said = log.read_text(encoding="utf-8", errors="replace")
        if found := wanted.search(said):
            return found
        if process.poll() is not None:
            break
        time.sleep(0.2)
    raise RefreshError(f"A part of the cluster did not start: {said[-2000:]}")


def main() -> int:
    """Run a command with a cluster beside it; its exit code."""
    parser = argparse.ArgumentParser(description=str(__doc__), prog="spark-cluster")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("command", nargs="+")
    given = parser.parse_args()
    with standalone_cluster(get_settings(), given.workers) as url:
        environment = {**os.environ, "FINSAM_SPARK_MASTER": url, "SPARK_LOCAL_IP": HERE}
        ended = subprocess.run(given.command, env=environment, check=False)  # noqa: S603
        return ended.returncode


if __name__ == "__main__":
    sys.exit(main())

"""Serve the pages: `python -m dashboards`, which is what `make dashboards` does.

Belongs here: making sure that something is published, then starting Streamlit in this process.
Does not belong here: the pages.
"""

import os
import subprocess
import sys
from pathlib import Path

from dagster_pipelines.manifest import read_manifest
from dagster_pipelines.outcome import KEPT_OUT, PUBLISHED
from dagster_pipelines.settings import PROJECT_DIR, get_settings

SERVER = Path(__file__).with_name("server.py")


def main() -> None:
    """Refresh if nothing is published yet, then serve; options are Streamlit's."""
    if read_manifest(get_settings()) is None:
        print("Inget är publicerat ännu: bygger lagret först.", flush=True)
        finsam = Path(sys.executable).with_name("finsam")
        code = subprocess.run([finsam, "refresh"], check=False).returncode  # noqa: S603 (our own)
        if code not in (PUBLISHED, KEPT_OUT):
            sys.exit(code)
    os.chdir(PROJECT_DIR)  # where .streamlit/config.toml is
    from streamlit.web.cli import main as streamlit  # noqa: PLC0415

    sys.argv = ["streamlit", "run", str(SERVER), *sys.argv[1:]]
    streamlit()


if __name__ == "__main__":
    main()

"""Serve the pages: `python -m dashboards`, which is what `make dashboards` does.

Belongs here: making sure that something is published, then starting Streamlit in this process.
Does not belong here: the pages.
"""

import importlib
import os
import subprocess
import sys
from pathlib import Path

from dagster_pipelines.manifest import read_manifest
from dagster_pipelines.settings import PROJECT_DIR, get_settings

APP = Path(__file__).with_name("app.py")
# Imported before the first visitor comes, who would else wait for it.
HEAVY = ("altair", "duckdb", "pandas", "pyarrow", "dashboards.published")
QUARANTINE = 3


def main() -> None:
    """Refresh if nothing is published yet, then serve; options are Streamlit's."""
    if read_manifest(get_settings()) is None:
        print("Inget är publicerat ännu: bygger lagret först.", flush=True)
        finsam = Path(sys.executable).with_name("finsam")
        code = subprocess.run([finsam, "refresh"], check=False).returncode  # noqa: S603 (our own)
        if code not in (0, QUARANTINE):
            sys.exit(code)
    os.chdir(PROJECT_DIR)  # where .streamlit/config.toml is
    from streamlit.web.cli import main as streamlit  # noqa: PLC0415

    for name in HEAVY:
        importlib.import_module(name)
    sys.argv = ["streamlit", "run", str(APP), *sys.argv[1:]]
    streamlit()


if __name__ == "__main__":
    main()

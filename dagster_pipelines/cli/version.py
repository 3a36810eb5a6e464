"""`finsam version`: the versions that decide what is published.

Belongs here: this list. Does not belong here: imports of what it lists.
"""

import platform
from importlib.metadata import version

from dagster_pipelines.cli.screen import out

LIBRARIES = ("dbt-core", "dbt-duckdb", "duckdb", "dagster", "great-expectations", "polars")


def command() -> None:
    """Show the version of finsam and of what it is built on."""
    console = out()
    console.print(f"finsam {version('finsam')}")
    console.print(f"python {platform.python_version()}")
    for library in LIBRARIES:
        console.print(f"{library} {version(library)}")

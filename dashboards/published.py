"""One published version, and questions to it.

Belongs here: which version readers see now, and asking it with the queries of `queries`. Does not
belong here: SQL, or what is done with the answers.

A page looks up the version once and asks only that one, so that its figures are of one moment. Its
files never change, and each question opens and closes them, so a publication is never held up; the
next click sees the new version. Answers are kept in memory by version, query and parameters.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import streamlit as st

from dagster_pipelines import trace as tracing
from dagster_pipelines import versions
from dagster_pipelines.database import open_published
from dagster_pipelines.settings import Settings, get_settings
from dashboards.queries import PARAMETER, QUERIES

Row = dict[str, Any]
KEPT_ANSWERS = 500


class NothingPublishedError(Exception):
    """There is no published version, or one made by other code than these pages need."""


@dataclass(frozen=True)
class Version:
    """One publication: where it is, and its receipt."""

    folder: Path
    manifest: Mapping[str, Any]

    @property
    def id(self) -> str:
        """Changes with every publication and rollback."""
        return f"{self.folder.name} {self.manifest['run_id']}"

    @property
    def database(self) -> Path:
        """The version's own file, not the link that moves on."""
        return self.folder / "finsam.duckdb"

    def ask(self, page: str, name: str, **values: Any) -> list[Row]:
        """The rows that answer query `name` of `page`; parameters that are left out are null.

        Raises:
            NothingPublishedError: the version holds no such table or column, or is gone.
        """
        sql = QUERIES[page][name]
        given = {key: values.get(key) for key in sorted(set(PARAMETER.findall(sql)))}
        return _answer(self.id, str(self.database), sql, given)

    def trace(self, report_id: str, line: int | None) -> tracing.Trace | None:
        """The way of a line, through the evidence that is kept beside the version."""
        with open_published(self.database) as con:
            return tracing.trace(con, _settings(), report_id, line)


def current() -> Version:
    """What readers see now.

    Raises:
        NothingPublishedError: nothing is published.
    """
    settings = _settings()
    folder = versions.current(settings) or settings.warehouse_dir  # copied without its links
    with suppress(OSError, ValueError):
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if (folder / "finsam.duckdb").exists():
            return Version(folder, manifest)
    raise NothingPublishedError(f"Inget lager är publicerat i {settings.warehouse_dir}.")


def _settings() -> Settings:
    return get_settings()


@st.cache_data(max_entries=KEPT_ANSWERS, show_spinner=False)
def _answer(version: str, database: str, sql: str, values: Mapping[str, Any]) -> list[Row]:  # noqa: ARG001 (version is the key)
    try:
        with open_published(Path(database)) as con:
            cursor = con.execute(sql, values)
            names = [column[0] for column in cursor.description or ()]
            return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise NothingPublishedError(
            "Den publicerade versionen är byggd av en annan kod än sidorna."
        ) from error
    except (duckdb.IOException, FileNotFoundError) as error:
        raise NothingPublishedError("Versionen har just ersatts. Läs om sidan.") from error

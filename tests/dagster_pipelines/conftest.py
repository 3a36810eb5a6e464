"""A dbt project of two models, to drive dbt with where the warehouse itself is not the matter."""

from pathlib import Path

import pytest

from dagster_pipelines.settings import PROJECT_DIR, Settings

SMALL_PROJECT = {
    "dbt_project.yml": """
name: liten
profile: finsam
config-version: 2
model-paths: [models]
test-paths: [tests/dbt]
flags: {send_anonymous_usage_stats: false}
""",
    "models/korning.sql": """
{{ config(materialized='incremental') }}
select {{ "'vidare'" if is_incremental() else "'från början'" }} as hur
""",
    "models/summa.sql": "{{ config(materialized='table') }} select 1 as tal union all select 2",
    "models/schema.yml": """
models:
  - name: summa
    columns:
      - name: tal
        data_tests: [not_null, unique]
""",
}


@pytest.fixture
def small_project(tmp_path: Path) -> Path:
    """The folder of the project, to change at will."""
    folder = tmp_path / "project"
    for name, text in SMALL_PROJECT.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    (folder / "profiles.yml").write_bytes((PROJECT_DIR / "profiles.yml").read_bytes())
    return folder


@pytest.fixture
def empty_home(tmp_path: Path) -> Settings:
    """A home that nothing has been built in."""
    settings = Settings(home=tmp_path / "home", data_dir=tmp_path)
    settings.build_dir.mkdir(parents=True)
    return settings

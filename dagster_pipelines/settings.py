"""Where things are and how large they may be: every path and limit, from the environment.

Belongs here: settings read from `FINSAM_*` variables, with defaults that need no
editing before the first run. Does not belong here: behaviour.
"""

import os
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PROJECT_DIR = Path(__file__).resolve().parent.parent
NOT_SET = "finsam.example"
"""A name that can never be anybody's (RFC 2606): nobody takes a default for an address."""


class Settings(BaseSettings):
    """Paths and limits of one installation (`FINSAM_HOME`, `FINSAM_DATA_DIR`, ...)."""

    model_config = SettingsConfigDict(env_prefix="FINSAM_", frozen=True, extra="ignore")

    home: Path = Field(
        default=PROJECT_DIR, description="Folder that holds landing/, warehouse/ and .build/"
    )
    data_dir: Path = Field(
        default=PROJECT_DIR / "data", description="The shipped facts: fakta/ and rapporter.csv"
    )
    threads: int = Field(default=2, ge=1, description="Threads of dbt and DuckDB")
    memory_mb: int = Field(
        default=4096, ge=256, description="Memory that DuckDB may use in a refresh; the rest spills"
    )
    engine: Literal["duckdb", "spark"] = Field(
        default="duckdb", description="What builds the marts; spark needs Java 17 and its group"
    )
    spark_master: str = Field(
        default="local[2]",
        description="Where Spark runs: local[threads], or a cluster's spark://host:port",
        pattern=r"^(local\[(\d+|\*)\]|spark://\S+:\d+)$",
    )
    spark_driver_host: str = Field(
        default="127.0.0.1", description="This machine's name as a cluster's workers reach it"
    )
    spark_memory_mb: int = Field(
        default=2048, ge=512, description="Memory of Spark's driver, and of each executor"
    )
    spark_partitions: int = Field(
        default=2, ge=1, description="Parts that Spark cuts a join or a sum into; some per core"
    )
    spark_java_options: str = Field(
        default="", description="Further options of the Java machine of Spark's driver"
    )
    max_file_mb: int = Field(
        default=512, ge=1, description="A landing file larger than this is refused"
    )
    max_file_rows: int = Field(
        default=1_000_000, ge=1, description="A landing file with more rows than this is refused"
    )
    document_mb: int = Field(
        default=256, ge=1, description="A report document larger than this is refused"
    )
    document_pages: int = Field(
        default=400, ge=1, description="A PDF with more pages than this is refused"
    )
    document_scanned_pages: int = Field(
        default=120, ge=0, description="A PDF with more pages of images than this is refused"
    )
    document_seconds: float = Field(
        default=60, gt=0, description="How long the text of one document may take to read"
    )
    document_scan_seconds: float = Field(
        default=120, gt=0, description="How long character recognition of one page may take"
    )
    document_memory_mb: int = Field(
        default=1500, ge=256, description="Memory that opening one PDF may use"
    )
    query_timeout_seconds: float = Field(
        default=60, ge=0, description="How long one question may take; 0 is without limit"
    )
    query_memory_mb: int = Field(
        default=2048, ge=64, description="Memory that one question may use"
    )
    lock_timeout_seconds: float = Field(
        default=600, ge=0, description="How long a refresh waits for another one"
    )
    keep_versions: int = Field(
        default=5, ge=1, description="Publications kept beside the present one, to go back to"
    )
    max_age_hours: float = Field(
        default=48, gt=0, description="finsam doctor calls an older success stale"
    )
    min_free_mb: int = Field(
        default=500, ge=0, description="finsam doctor wants this much free disk"
    )
    alert_url: SecretStr | None = Field(
        default=None, description="Where a failed refresh is told: an Apprise URL (mailto, json)"
    )

    public_url: str = Field(
        default=f"https://{NOT_SET}/",
        description="Where warehouse/ is put for all to read: addresses in dcat.ttl begin with it",
        pattern=r"^https?://[^\s<>\"#?]+$",
    )
    publisher_name: str = Field(
        default="Utgivare ej angiven",
        description="The public body that publishes the data",
        min_length=1,
    )
    publisher_org_number: str | None = Field(
        default=None,
        description="Its organisation number, ten digits: what dataportal.se knows it by",
        pattern=r"^\d{6}-?\d{4}$",
    )
    publisher_type: Literal[
        "LocalAuthority", "RegionalAuthority", "NationalAuthority",
        "Academia-ScientificOrganisation", "NonGovernmentalOrganisation",
        "NonProfitOrganisation", "Company",
    ] = Field(
        default="LocalAuthority",
        description="What kind of body it is, a term of ADMS publisher type",
    )  # fmt: skip
    contact_name: str = Field(
        default="Kontakt ej angiven",
        description="Who answers questions about the data",
        min_length=1,
    )
    contact_email: str = Field(
        default=f"kontakt@{NOT_SET}",
        description="Where questions about the data are sent",
        pattern=r"^[^@\s<>]+@[^@\s<>]+$",
    )
    license_url: str = Field(
        default="http://creativecommons.org/publicdomain/zero/1.0/",
        description="The licence of the data, as the address that its publisher gives it",
        pattern=r"^https?://[^\s<>\"]+$",
    )

    @field_validator("public_url")
    @classmethod
    def _folder(cls, url: str) -> str:
        """Names of files are put after it."""
        return url if url.endswith("/") else f"{url}/"

    @field_validator("publisher_org_number")
    @classmethod
    def _ten_digits(cls, number: str | None) -> str | None:
        return number.replace("-", "") if number else None

    @property
    def publisher_is_set(self) -> bool:
        """Whether somebody stands behind the catalogue, or it still has the defaults."""
        names = {"public_url", "publisher_name", "contact_name", "contact_email"}
        return all(getattr(self, name) != type(self).model_fields[name].default for name in names)

    @cached_property
    def landing_dir(self) -> Path:
        """Where people drop report documents and fact files."""
        return self.home / "landing"

    @cached_property
    def warehouse_dir(self) -> Path:
        """What readers open; everything in it is published as one."""
        return self.home / "warehouse"

    @cached_property
    def build_dir(self) -> Path:
        """Private to the pipeline: build database, dbt target, Dagster home."""
        return self.home / ".build"

    @cached_property
    def documents_dir(self) -> Path:
        """Originals of the documents that were read, by content, and what was read from them."""
        return self.build_dir / "dokument"

    @cached_property
    def adoptions(self) -> Path:
        """Which readings a person has adopted: an input like any other."""
        return self.documents_dir / "antagna.txt"

    @cached_property
    def evidence_dir(self) -> Path:
        """The fact files behind what is published, by content."""
        return self.build_dir / "underlag"

    @cached_property
    def build_db(self) -> Path:
        """Its stem must differ from every schema name: DuckDB names the catalog after it."""
        return self.build_dir / "bygge.duckdb"

    @cached_property
    def temp_dir(self) -> Path:
        """Where DuckDB puts what does not fit in memory while it builds."""
        return self.build_dir / "tmp"

    @cached_property
    def published_db(self) -> Path:
        """The published warehouse."""
        return self.warehouse_dir / "finsam.duckdb"

    @cached_property
    def published_manifest(self) -> Path:
        """The receipt of the last publication."""
        return self.warehouse_dir / "manifest.json"

    @cached_property
    def versions_dir(self) -> Path:
        """One folder per publication, and the journal of them."""
        return self.warehouse_dir / "versioner"

    @cached_property
    def versions_journal(self) -> Path:
        """One line per publication and rollback; only ever added to."""
        return self.versions_dir / "journal.jsonl"

    @cached_property
    def current_link(self) -> Path:
        """The link to the version that readers see."""
        return self.warehouse_dir / "aktuell"

    @cached_property
    def log_file(self) -> Path:
        """What the refreshes did, one JSON object per line."""
        return self.build_dir / "logs" / "finsam.jsonl"

    @cached_property
    def dbt_target_dir(self) -> Path:
        """dbt's manifest, compiled SQL and partial parse."""
        return self.build_dir / "target"

    @cached_property
    def spark_dir(self) -> Path:
        """What Spark reads and writes: the raw layer and its tables as Parquet, dbt's target."""
        return self.build_dir / "spark"

    @cached_property
    def spark_tables(self) -> Path:
        """One folder `<schema>.db/<table>` of Parquet per table that Spark built."""
        return self.spark_dir / "tabeller"

    @cached_property
    def dagster_home(self) -> Path:
        """Runs, schedules and sensor cursors of Dagster."""
        return self.build_dir / "dagster_home"

    def export_to_environment(self) -> None:
        """Give dbt, Dagster and Great Expectations the paths they read from the environment."""
        os.environ["FINSAM_BUILD_DB"] = str(self.build_db)
        os.environ["FINSAM_THREADS"] = str(self.threads)
        os.environ["FINSAM_MEMORY_MB"] = str(self.memory_mb)
        os.environ["FINSAM_TEMP_DIR"] = str(self.temp_dir)
        os.environ["FINSAM_SPARK_DIR"] = str(self.spark_dir)
        os.environ["FINSAM_SPARK_MASTER"] = self.spark_master
        os.environ["FINSAM_SPARK_DRIVER_HOST"] = self.spark_driver_host
        os.environ["FINSAM_SPARK_MEMORY_MB"] = str(self.spark_memory_mb)
        os.environ["FINSAM_SPARK_PARTITIONS"] = str(self.spark_partitions)
        os.environ["FINSAM_SPARK_JAVA_OPTIONS"] = self.spark_java_options
        os.environ["DBT_TARGET_PATH"] = str(self.dbt_target_dir)
        os.environ["DBT_LOG_PATH"] = str(self.build_dir / "logs")
        os.environ["DBT_PROJECT_DIR"] = str(PROJECT_DIR)
        os.environ["DBT_PROFILES_DIR"] = str(PROJECT_DIR)
        os.environ["GX_ANALYTICS_ENABLED"] = "false"


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process."""
    return Settings()

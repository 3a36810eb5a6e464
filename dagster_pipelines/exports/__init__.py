"""The files beside the published database: the same marts for other tools.

    parquet/<mart>.parquet, csv/<mart>.csv    every mart
    parquet/<mart>/<förbund>.parquet, csv/... instead, where a mart has more than 100 000 rows
    parquet/... alone                         where it has more than two million
    partitionerad/<mart>/                     every mart as Spark wrote it, where it did
    finsam.xlsx                               the wide tables, for people who work in Excel
    datapackage.json                          what the CSV files are, column by column
    dcat.ttl, dcat.rdf                        the catalogue that dataportal.se harvests

They are written into the staged folder of a publication, so that they are swapped with it as one.
Nothing here computes a figure: every value is a column of a mart as it stands.

Belongs here: one module per kind of file, and what they are told of the publication. Does not
belong here: when they are written, or their place among the versions (`publish`, `versions`).
"""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

PARQUET, CSV, EXCEL = "parquet", "csv", "xlsx"
DATAPACKAGE, CATALOGUE = "datapackage", "dcat"


@dataclass(frozen=True)
class Export:
    """One file of the publication: its name within it, its kind, and the mart that it holds.

    `mart` is empty for a file that holds several; `rows` is the number of rows of marts in it,
    and None for a file that describes others.
    """

    path: str
    kind: str
    mart: str = ""
    rows: int | None = None


@dataclass(frozen=True)
class Publication:
    """What the files say of the publication that they belong to."""

    version: str
    published_at: datetime
    first_issued: datetime
    staged: Path

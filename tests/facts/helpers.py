"""A fact and a report that the contract accepts, and files made of them."""

import csv
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

import polars as pl

from dagster_pipelines.facts.kontrakt import kontrakt

REGISTER = {
    "forbund": frozenset({"sofint", "vasteras"}),
    "post": frozenset({"periodens_resultat", "kassa_och_bank"}),
}
FACT = {
    "report_id": "sofint_2024-06-30_delar",
    "line": "10",
    "position": "1",
    "page": "",
    "statement": "resultatrakning",
    "label": "Periodens resultat",
    "post_code": "periodens_resultat",
    "insats": "",
    "insatstyp": "",
    "breakdown": "",
    "scenario": "utfall",
    "period_start": "2024-01-01",
    "period_end": "2024-06-30",
    "unit": "SEK",
    "value": "-3005",
    "printed": "-3 005",
    "status": "verified",
    "note": "",
}
REPORT = {
    "report_id": "sofint_2024-06-30_delar",
    "source_file": "sofint.txt",
    "forbund": "Samordningsförbundet i norra Örebro län",
    "org_number": "222000-1818",
    "report_type": "delar",
    "period_start": "2024-01-01",
    "period_end": "2024-06-30",
    "decided_date": "2024-09-06",
    "sha256": "a" * 64,
    "extracted_by": "en person",
    "status": "verified",
    "note": "",
}


def fact(**changed: str) -> dict[str, str]:
    return FACT | changed


def facts(count: int) -> list[dict[str, str]]:
    return [fact(line=str(10 + n), value=str(n), printed=str(n)) for n in range(count)]


def csv_text(rows: Sequence[Mapping[str, str]], delimiter: str = ",", newline: str = "\n") -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator=newline)
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def write(path: Path, rows: Sequence[Mapping[str, str]], **options: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(csv_text(rows, **options).encode())
    return path


def text_frame(rows: Sequence[Mapping[str, str]], slag: str = "fakta") -> pl.DataFrame:
    schema = dict.fromkeys(kontrakt(slag).names, pl.String)
    frame = pl.DataFrame(list(rows), schema=schema)
    return frame.select(pl.int_range(2, pl.len() + 2, dtype=pl.Int64).alias("rad"), pl.all())

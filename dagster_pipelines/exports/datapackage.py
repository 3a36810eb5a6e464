"""datapackage.json: what the CSV files are, as a Frictionless tabular data package.

Belongs here: the descriptor, made of what the marts say of themselves. Does not belong here: the
CSV files (`tables`), or the catalogue for data portals (`dcat`).
"""

import json
from collections.abc import Container, Mapping, Sequence
from typing import Any

from dagster_pipelines.exports import CSV, DATAPACKAGE, Export, Publication
from dagster_pipelines.exports.marts import Column, Mart
from dagster_pipelines.settings import Settings

NAME = "datapackage.json"
TYPES = {
    "VARCHAR": "string", "DATE": "date", "BOOLEAN": "boolean", "INTEGER": "integer",
    "BIGINT": "integer", "TIMESTAMP": "datetime", "TIMESTAMP WITH TIME ZONE": "datetime",
}  # fmt: skip
DIALECT = {"delimiter": ",", "quoteChar": '"', "doubleQuote": True, "header": True}
LICENSES = {
    "http://creativecommons.org/publicdomain/zero/1.0/": ("CC0-1.0", "Creative Commons CC0 1.0"),
    "http://creativecommons.org/licenses/by/4.0/": ("CC-BY-4.0", "Creative Commons BY 4.0"),
}
DESCRIPTION = (
    "Vad samordningsförbunden trycker i sina delårsrapporter och årsredovisningar, som tabeller: "
    "varje uppgift med rapport, rad och tryckta tecken. Tomt betyder att rapporten inte trycker "
    "uppgiften, aldrig noll. Utfall, budget och prognos får aldrig läggas ihop. En text som ett "
    "kalkylprogram annars skulle köra som formel har en apostrof framför sig."
)


def write_datapackage(
    marts: Sequence[Mart],
    reports: Sequence[str],
    about: Publication,
    settings: Settings,
    hashes: Mapping[str, str],
) -> Export:
    """Write `datapackage.json` into the staged folder, where the CSV files already are.

    Args:
        marts: all; those without CSV files, and references to them, are left out.
        reports: the report_id of every report behind the figures.
        about: the publication.
        settings: publisher and licence.
        hashes: sha256 of the CSV files by name within the version.
    """
    with_csv = {mart.name: mart for mart in marts if CSV in mart.kinds}
    descriptor = {
        "profile": "tabular-data-package",
        "name": "finsam",
        "id": about.version,
        "title": "Samordningsförbundens ekonomi, insatser och deltagare",
        "description": DESCRIPTION,
        "version": about.version,
        "created": about.published_at.isoformat(timespec="seconds"),
        "homepage": settings.public_url,
        "contributors": [{"title": settings.publisher_name, "role": "publisher"}],
        "licenses": [_license(settings.license_url)],
        "sources": [{"title": report} for report in reports],
        "resources": [_resource(mart, with_csv, about, hashes) for mart in with_csv.values()],
    }
    text = json.dumps(
        {k: v for k, v in descriptor.items() if v != []}, ensure_ascii=False, indent=1
    )
    (about.staged / NAME).write_text(text + "\n", encoding="utf-8")
    return Export(NAME, DATAPACKAGE)


def _resource(
    mart: Mart, others: Container[str], about: Publication, hashes: Mapping[str, str]
) -> dict[str, Any]:
    files = mart.files(CSV)
    described = {
        "profile": "tabular-data-resource",
        "name": mart.name,
        "title": mart.meta.get("titel", {}).get("sv", mart.name),
        "description": mart.description or mart.name,
        "path": files if mart.parts else files[0],
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "dialect": DIALECT,
        "schema": _schema(mart, others),
    }
    if mart.parts:  # size and hash are one per resource; manifest.json has those of each file
        return described
    size = (about.staged / files[0]).stat().st_size
    return {**described, "bytes": size, "hash": f"sha256:{hashes[files[0]]}"}


def _schema(mart: Mart, others: Container[str]) -> dict[str, Any]:
    schema: dict[str, Any] = {
        "fields": [_field(column) for column in mart.columns],
        "missingValues": [""],
    }
    if mart.primary_key:
        schema["primaryKey"] = list(mart.primary_key)
    links = [
        {"fields": [column], "reference": {"resource": other, "fields": [key]}}
        for column, (other, key) in mart.references.items()
        if other in others
    ]
    if links:
        schema["foreignKeys"] = links
    return schema


def _field(column: Column) -> dict[str, Any]:
    """A field of a table schema. An empty text is no null, but CSV cannot tell them apart."""
    kind = TYPES.get(column.type) or ("number" if column.type.startswith("DECIMAL") else "string")
    field: dict[str, Any] = {"name": column.name, "type": kind}
    if column.rubrik != column.name:
        field["title"] = column.rubrik
    if column.description:
        field["description"] = column.description
    if column.required:
        field["constraints"] = {"required": True}
    return field


def _license(url: str) -> dict[str, str]:
    name, title = LICENSES.get(url, ("", ""))
    return {"name": name, "path": url, "title": title} if name else {"path": url}

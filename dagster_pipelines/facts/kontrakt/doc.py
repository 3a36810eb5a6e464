"""The tables of `docs/datakontrakt.md`, made from the schema files.

Belongs here: schema to Markdown, between markers in that page. Does not belong here: any
wording about the contract that the schema files could say themselves.

Run `python -m dagster_pipelines.facts.kontrakt.doc` after a change of the schemas.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dagster_pipelines.settings import PROJECT_DIR

from . import Column, Kontrakt, every_kontrakt

PAGE = PROJECT_DIR / "docs" / "datakontrakt.md"


def render(page: str) -> str:
    """The page with each generated part renewed; KeyError if a marker is missing."""
    for contract in every_kontrakt():
        begin, end = f"<!-- generated: {contract.slag} -->", "<!-- end -->"
        part = re.compile(rf"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
        if not part.search(page):
            raise KeyError(begin)
        table = f"{begin}\n\n{_contract(contract)}\n\n{end}"
        page = part.sub(lambda _, table=table: table, page)  # type: ignore[misc]
    return page


def _contract(contract: Kontrakt) -> str:
    key = ", ".join(f"`{name}`" for name in contract.key)
    parts = [
        f"Version {contract.version}. Key: {key}.",
        _table(("column", "type", "required", "allowed", "meaning"), map(_row, contract.columns)),
        "\n".join(f"- {rule['description']}" for rule in contract.rules),
    ]
    for rule in contract.rules:
        parts += _details(rule)
    return "\n\n".join(parts)


def _row(column: Column) -> tuple[str, ...]:
    limits = [
        *([", ".join(f"`{value}`" for value in column.enum)] if column.enum else []),
        *([f"at least {column.minimum}"] if column.minimum else []),
        *([f"at most {column.maximum}"] if column.maximum else []),
        *([f"`{column.pattern}`"] if column.pattern else []),
    ]
    required = "yes" if column.required else "no"
    return f"`{column.name}`", column.type, required, "; ".join(limits), column.description


def _details(rule: Mapping[str, Any]) -> list[str]:
    if rule["rule"] == "limits":
        rows = [(f"`{unit}`", str(low), str(high)) for unit, (low, high) in rule["limits"].items()]
        return [_table((rule["by"], "smallest", "largest"), rows)]
    if rule["rule"] == "key_values":
        keys = [
            (f"`{key}`", ", ".join(f"`{value}`" for value in values or ()) or "any text")
            for key, values in rule["keys"].items()
        ]
        return [_table((f"key of {rule['field']}", "values"), keys)]
    return []


def _table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    def line(cells: Sequence[str]) -> str:
        return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"

    return "\n".join([line(header), line(["---"] * len(header)), *map(line, rows)])


if __name__ == "__main__":
    PAGE.write_text(render(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

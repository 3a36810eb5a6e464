"""The fact contract, read from its schema files; nothing here repeats what they say.

Belongs here: the Table Schema files, and the small classes they are read into.
Does not belong here: applying the contract (`validate`) or finding it in a file (`reader`).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal

ColumnType = Literal["string", "integer", "number", "date"]
SLAG = ("fakta", "rapporter")


@dataclass(frozen=True)
class Column:
    """One column: a Table Schema field with its constraints."""

    name: str
    type: ColumnType
    description: str
    required: bool
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    form: str | None = None
    """How to write what the pattern asks for, in Swedish."""
    minimum: str | None = None
    maximum: str | None = None


@dataclass(frozen=True)
class Kontrakt:
    """One kind of file (`slag`): its columns in order, its key, the rules between columns."""

    slag: str
    version: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    registers: Mapping[str, str]
    """Column -> name of the register that lists its values."""
    rules: tuple[Mapping[str, Any], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Column names in the order of the contract."""
        return tuple(column.name for column in self.columns)

    @property
    def required(self) -> tuple[str, ...]:
        """Names of the columns that a file must have; the others may be left out."""
        return tuple(column.name for column in self.columns if column.required)


@cache
def kontrakt(slag: str) -> Kontrakt:
    """The contract of one kind of file, `fakta` or `rapporter`."""
    text = files(__name__).joinpath(f"{slag}.schema.json").read_text(encoding="utf-8")
    schema = json.loads(text)
    return Kontrakt(
        slag=schema["name"],
        version=schema["version"],
        columns=tuple(_column(field) for field in schema["fields"]),
        key=tuple(schema["primaryKey"]),
        registers={
            key["fields"][0]: key["reference"]["resource"] for key in schema.get("foreignKeys", [])
        },
        rules=tuple(schema["rules"]),
    )


def every_kontrakt() -> tuple[Kontrakt, ...]:
    """Every contract, facts first."""
    return tuple(kontrakt(slag) for slag in SLAG)


def _column(field: Mapping[str, Any]) -> Column:
    constraints = field["constraints"]
    sides = ("minimum", "maximum")
    limits = {side: str(constraints[side]) for side in sides if side in constraints}
    return Column(
        name=field["name"],
        type=field["type"],
        description=field["description"],
        required=constraints["required"],
        enum=tuple(constraints.get("enum", ())),
        pattern=constraints.get("pattern"),
        form=field.get("form"),
        minimum=limits.get("minimum"),
        maximum=limits.get("maximum"),
    )

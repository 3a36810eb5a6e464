"""Rows held to the contract: typed and accepted, or rejected with a reason and a remedy.

Belongs here: what each constraint and rule of the schema means for a row, and its Swedish
sentence. Does not belong here: the limits and sets themselves (`kontrakt/*.schema.json`),
reading files (`reader`), the database (`loader`).

Everything is Polars expressions over whole columns; the only loops are over columns and rules.
"""

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from .kontrakt import Column, Kontrakt

NUMBER = pl.Decimal(24, 6)
TYPES: Mapping[str, pl.DataType] = {
    "string": pl.String(),
    "integer": pl.Int32(),
    "number": NUMBER,
    "date": pl.Date(),
}
REJECTED_SCHEMA = pl.Schema(
    {
        "rad": pl.Int64(),
        "kolumn": pl.String(),
        "varde": pl.String(),
        "orsak": pl.String(),
        "atgard": pl.String(),
        "innehall": pl.String(),
    }
)
UNREADABLE = (
    r"[\x00-\x08\x0B-\x1F\x7F-\x84\x86-\x9F\x{200B}-\x{200F}\x{202A}-\x{202E}"
    r"\x{2060}-\x{206F}\x{FEFF}\x{FFFD}]"
)
KEPT_AS_PRINTED = "printed"
"""The one column whose outer blanks are part of the value."""

Registers = Mapping[str, frozenset[str]]


@dataclass(frozen=True)
class Validated:
    """`accepted`: `rad` and the contract's columns, typed. `rejected`: one row per refused row."""

    accepted: pl.DataFrame
    rejected: pl.DataFrame


@dataclass(frozen=True)
class Fault:
    """One way in which a row can be wrong: the column, when, why and what to do."""

    column: str
    when: pl.Expr
    reason: pl.Expr
    remedy: str


class RegisterMissing(Exception):  # noqa: N818 - tells which file is missing, in Swedish
    """A register that the contract refers to cannot be read."""


REGISTER_COLUMNS = {"forbund": "forbund_id", "post": "post_code"}


def read_registers(seeds: Path) -> Registers:
    """The values that facts may refer to, from the seed files; raises RegisterMissing."""
    return {name: _read_register(seeds / f"{name}.csv", name) for name in REGISTER_COLUMNS}


def _read_register(path: Path, name: str) -> frozenset[str]:
    column = REGISTER_COLUMNS[name]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            values = frozenset(row[column] for row in rows if row[column])
    except OSError:
        raise RegisterMissing(
            f"Registret {path} saknas eller går inte att läsa. "
            "Återställ filen: utan den går inga fakta att pröva."
        ) from None
    except KeyError:
        values = frozenset()
    if not values:
        raise RegisterMissing(f"Registret {path} har inga värden i kolumnen {column}.")
    return values


def validate(
    frame: pl.DataFrame, kontrakt: Kontrakt, register: Registers, *, decimal: str = "."
) -> Validated:
    """Every row of `frame` is accepted or rejected, never both and never lost.

    `frame` has `rad` and the contract's columns as text; `decimal` is the file's decimal mark.
    """
    faults = _faults(kontrakt, register)
    typed = _with_copies(_typed(frame, kontrakt, decimal), kontrakt)
    tried = typed.with_columns(
        fault.when.fill_null(value=False).alias(_flag(index)) for index, fault in enumerate(faults)
    )
    tried = tried.with_columns(
        pl.any_horizontal(_flag(index) for index in range(len(faults))).alias("_rejected")
    )
    names = kontrakt.names
    accepted = tried.filter(~pl.col("_rejected")).select("rad", *(_typed_col(n) for n in names))
    return Validated(accepted, _rejected(tried.filter("_rejected"), faults, names))


def _rejected(tried: pl.DataFrame, faults: list[Fault], names: tuple[str, ...]) -> pl.DataFrame:
    """All reasons of a row in one sentence each; column and value are those of its first fault."""

    def of_faults(part: Callable[[Fault], pl.Expr]) -> list[pl.Expr]:
        return [pl.when(_flag(index)).then(part(fault)) for index, fault in enumerate(faults)]

    return tried.select(
        pl.col("rad"),
        pl.coalesce(of_faults(lambda fault: pl.lit(fault.column))).alias("kolumn"),
        pl.coalesce(of_faults(lambda fault: pl.col(fault.column).fill_null(""))).alias("varde"),
        pl.concat_str(
            of_faults(lambda fault: fault.reason), separator=" ", ignore_nulls=True
        ).alias("orsak"),
        pl.concat_list(of_faults(lambda fault: pl.lit(fault.remedy)))
        .list.drop_nulls()
        .list.unique(maintain_order=True)
        .list.join(" ")
        .alias("atgard"),
        pl.struct(names).struct.json_encode().alias("innehall"),
    ).cast(REJECTED_SCHEMA)


# --- columns of the working frame: text as read, text without blanks, typed value -------------


def _flag(index: int) -> str:
    return f"_fault_{index}"


def _text(name: str) -> pl.Expr:
    """The cell without outer blanks; null when empty."""
    return pl.col(f"_text_{name}")


def _value(name: str) -> pl.Expr:
    """The typed cell; null when empty or of the wrong type."""
    return pl.col(f"_value_{name}")


def _typed_col(name: str) -> pl.Expr:
    return _value(name).alias(name)


def _quoted(name: str) -> pl.Expr:
    return pl.concat_str(pl.lit("”"), _text(name), pl.lit("”"))


def _sentence(*parts: pl.Expr | str) -> pl.Expr:
    return pl.concat_str(
        [pl.lit(part) if isinstance(part, str) else part.cast(pl.String) for part in parts]
    )


def _typed(frame: pl.DataFrame, kontrakt: Kontrakt, decimal: str) -> pl.DataFrame:
    stripped = frame.with_columns(
        _strip(column).alias(f"_text_{column.name}") for column in kontrakt.columns
    )
    return stripped.with_columns(
        _cast(column, decimal).alias(f"_value_{column.name}") for column in kontrakt.columns
    )


def _strip(column: Column) -> pl.Expr:
    text = pl.col(column.name)
    bare = text.str.strip_chars()
    kept = text if column.name == KEPT_AS_PRINTED else bare
    return pl.when(bare != "").then(kept)


def _cast(column: Column, decimal: str) -> pl.Expr:
    text = _text(column.name)
    if column.type == "integer":  # nine digits always fit
        plain = text.str.contains(r"^-?[0-9]{1,9}$")
        return pl.when(plain).then(text).cast(pl.Int32, strict=False)
    if column.type == "number":
        point = _with_point(text, decimal)
        return (
            pl.when(point.str.contains(column.pattern or "")).then(point).cast(NUMBER, strict=False)
        )
    if column.type == "date":
        iso = text.str.contains(r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
        return pl.when(iso).then(text).str.to_date("%Y-%m-%d", strict=False)
    return text


def _with_point(text: pl.Expr, decimal: str) -> pl.Expr:
    """A comma file's number with a point; a point in it is left to fail (thousand or decimal?)."""
    if decimal == ".":
        return text
    ambiguous = text.str.contains(".", literal=True)
    return pl.when(~ambiguous).then(text.str.replace(",", ".", literal=True))


# --- faults -----------------------------------------------------------------------------------


def _faults(kontrakt: Kontrakt, register: Registers) -> list[Fault]:
    """Everything the contract forbids, in the order in which a person would look."""
    faults = [fault for column in kontrakt.columns for fault in _column_faults(column)]
    for name, resource in kontrakt.registers.items():
        faults.append(_not_registered(name, _text(name), resource, register))
    for rule in kontrakt.rules:
        faults += RULES[rule["rule"]](rule, kontrakt, register)
    return faults + _duplicate_faults(kontrakt)


def _column_faults(column: Column) -> list[Fault]:
    """What the column's own type and constraints forbid; an empty cell only lacks a value."""
    name = column.name
    faults = [_unreadable(name)]
    if column.required:
        faults.append(
            Fault(name, _text(name).is_null(), pl.lit(f"{name} saknas."), f"Fyll i {name}.")
        )
    if column.type != "string":
        faults.append(_wrong_type(column))
    elif column.enum:
        faults.append(_not_one_of(name, name, _text(name), column.enum))
    elif column.pattern:
        faults.append(
            Fault(
                name,
                ~_text(name).str.contains(column.pattern),
                _sentence(f"{name} är ", _quoted(name), ", som inte har rätt form."),
                f"Skriv {name} {column.form}.",
            )
        )
    return faults + _limit_faults(column)


def _unreadable(name: str) -> Fault:
    """Control characters, invisible ones and the mark of a lost one never belong to a fact.

    Zero width and turned direction make two different texts look the same to a person.
    """
    return Fault(
        name,
        _text(name).str.contains(UNREADABLE),
        pl.lit(
            f"{name} innehåller styrtecken, osynliga tecken eller tecken som gått förlorade (�)."
        ),
        f"Skriv om {name} från rapporten och spara filen som UTF-8.",
    )


def _wrong_type(column: Column) -> Fault:
    name = column.name
    kind, form = {
        "integer": ("ett heltal", "med enbart siffror"),
        "number": ("ett tal i kontraktets form", column.form),
        "date": ("ett datum som finns", "som ÅÅÅÅ-MM-DD"),
    }[column.type]
    return Fault(
        name,
        _text(name).is_not_null() & _value(name).is_null(),
        _sentence(f"{name} är ", _quoted(name), f", som inte är {kind}."),
        f"Skriv {name} {form}.",
    )


def _not_one_of(column: str, called: str, value: pl.Expr, allowed: Sequence[str]) -> Fault:
    return Fault(
        column,
        value.is_not_null() & ~value.is_in(list(allowed)),
        _sentence(f"{called} är ”", value, "”, som inte är något av kontraktets värden."),
        f"Skriv {called} som ett av: {', '.join(allowed)}.",
    )


def _limit_faults(column: Column) -> list[Fault]:
    name, dtype = column.name, TYPES[column.type]
    faults = []
    for limit, beyond, words in (
        (column.minimum, _value(name).lt, "minst"),
        (column.maximum, _value(name).gt, "högst"),
    ):
        if limit is not None:
            reason = _sentence(f"{name} är ", _quoted(name), f" men ska vara {words} {limit}.")
            when = beyond(_literal(limit, dtype))
            faults.append(Fault(name, when, reason, f"Rätta {name} efter rapporten."))
    return faults


def _literal(text: str, dtype: pl.DataType) -> pl.Expr:
    literal = pl.lit(text)
    return literal.str.to_date("%Y-%m-%d") if dtype == pl.Date else literal.cast(dtype)


# --- rules between columns: one function per `rule` of the schema -------------------------------

Rule = Mapping[str, Any]


def _part(rule: Rule, field: str, kontrakt: Kontrakt) -> pl.Expr:
    pattern = next(column.pattern for column in kontrakt.columns if column.name == field)
    return _text(field).str.extract(pattern or "", rule["part"])


def _not_registered(name: str, part: pl.Expr, resource: str, register: Registers) -> Fault:
    column = REGISTER_COLUMNS[resource]
    return Fault(
        name,
        part.is_not_null() & ~part.is_in(sorted(register[resource])),
        _sentence(f"{column} är ”", part, f"”, som inte finns i seeds/{resource}.csv."),
        f"Rätta stavningen efter kolumnen {column} i seeds/{resource}.csv, "
        "eller lägg till det som saknas där.",
    )


def _register_rule(rule: Rule, kontrakt: Kontrakt, register: Registers) -> list[Fault]:
    field = rule["field"]
    return [_not_registered(field, _part(rule, field, kontrakt), rule["register"], register)]


def _date_part_rule(rule: Rule, kontrakt: Kontrakt, _: Registers) -> list[Fault]:
    field = rule["field"]
    part = _part(rule, field, kontrakt)
    return [
        Fault(
            field,
            part.is_not_null() & part.str.to_date("%Y-%m-%d", strict=False).is_null(),
            _sentence(f"{field} innehåller ”", part, "”, som inte är ett datum som finns."),
            f"Rätta datumet i {field} till periodens sista dag.",
        )
    ]


def _same_part_rule(rule: Rule, kontrakt: Kontrakt, _: Registers) -> list[Fault]:
    field, of = rule["field"], rule["of"]
    part = _part(rule, of, kontrakt)
    return [
        Fault(
            field,
            part != _text(field),
            _sentence(f"{field} är ", _quoted(field), f" men {of} säger ”", part, "”."),
            f"Låt {field} och {of} säga samma sak.",
        )
    ]


def _period_rule(rule: Rule, _: Kontrakt, __: Registers) -> list[Fault]:
    start, end, years = rule["start"], rule["end"], rule["max_years"]
    return [
        Fault(
            start,
            _value(start) > _value(end),
            _sentence(f"{start} är ", _text(start), f", efter {end}, ", _text(end), "."),
            f"Rätta {start} eller {end}: en period slutar inte innan den börjar.",
        ),
        Fault(
            start,
            _value(start) < _value(end).dt.offset_by(f"-{years}y"),
            _sentence("Perioden ", _text(start), "–", _text(end), f" är längre än {years} år."),
            f"Rätta {start} eller {end}.",
        ),
    ]


def _instant_rule(rule: Rule, _: Kontrakt, __: Registers) -> list[Fault]:
    field = rule["field"]
    excepted = _any_of(rule["except"]) | _text("label").str.contains(rule["except_label"])
    return [
        Fault(
            field,
            _any_of(rule["where"]) & ~excepted.fill_null(value=False) & _text(field).is_not_null(),
            _sentence(f"{field} är ", _quoted(field), ", men en balansräkning gäller en enda dag."),
            f"Lämna {field} tom och skriv balansdagen i period_end.",
        )
    ]


def _duration_rule(rule: Rule, _: Kontrakt, __: Registers) -> list[Fault]:
    field, given = rule["field"], rule["with"]
    return [
        Fault(
            field,
            _any_of(rule["where"]) & _text(given).is_not_null() & _text(field).is_null(),
            _sentence(f"{field} är tom, men resultaträkningens poster gäller en period."),
            f"Skriv periodens första dag i {field}.",
        )
    ]


def _any_of(where: Mapping[str, list[str]]) -> pl.Expr:
    """Whether the row has one of the listed values in one of the listed columns."""
    return pl.any_horizontal(
        _text(name).is_in(values).fill_null(value=False) for name, values in where.items()
    )


def _key_values_rule(rule: Rule, _: Kontrakt, __: Registers) -> list[Fault]:
    field, keys = rule["field"], rule["keys"]
    pair = rf"(?:{'|'.join(keys)})=[^;\s][^;]*"
    faults = [
        Fault(
            field,
            ~_text(field).str.contains(rf"^{pair}(?:;{pair})*$"),
            _sentence(
                f"{field} är ", _quoted(field), ", som inte har formen nyckel=värde;nyckel=värde."
            ),
            f"Skriv {field} med nycklarna {', '.join(keys)}, utan mellanslag kring = och ;, "
            "och utan semikolon i värdena.",
        )
    ]
    for key, allowed in keys.items():
        at_key = rf"(?:^|;){key}="
        faults.append(
            Fault(
                field,
                _text(field).str.count_matches(at_key) > 1,
                pl.lit(f"{field} har nyckeln {key} mer än en gång."),
                f"Behåll {key} en gång.",
            )
        )
        if allowed:
            value = _text(field).str.extract(rf"{at_key}([^;]*)", 1)
            faults.append(_not_one_of(field, key, value, allowed))
    return faults


def _limits_rule(rule: Rule, _: Kontrakt, __: Registers) -> list[Fault]:
    field, by = rule["field"], rule["by"]
    signed = _any_of(rule["signed_where"])
    faults = []
    for unit, (least, most) in rule["limits"].items():
        here = _text(by) == unit
        lowest = (
            pl.when(signed)
            .then(_literal(str(-most), NUMBER))
            .otherwise(_literal(str(least), NUMBER))
        )
        outside = (_value(field) < lowest) | (_value(field) > _literal(str(most), NUMBER))
        faults.append(
            Fault(
                field,
                here & outside,
                _sentence(
                    f"{field} är ",
                    _quoted(field),
                    f", utanför det rimliga för {by} {unit} (",
                    lowest.cast(pl.Int64),
                    f" till {most}).",
                ),
                f"Kontrollera {field} och {by} mot rapporten.",
            )
        )
    return faults


RULES: Mapping[str, Callable[[Rule, Kontrakt, Registers], list[Fault]]] = {
    "register": _register_rule,
    "date_part": _date_part_rule,
    "same_part": _same_part_rule,
    "period": _period_rule,
    "instant": _instant_rule,
    "duration": _duration_rule,
    "key_values": _key_values_rule,
    "limits": _limits_rule,
}


def _with_copies(typed: pl.DataFrame, kontrakt: Kontrakt) -> pl.DataFrame:
    """Where else the key of a row stands, over all rows: reasons are made for rejected ones."""
    key = [_canonical(name) for name in kontrakt.key]
    content = pl.struct(_canonical(name).alias(name) for name in kontrakt.names)
    first, last = pl.col("rad").min().over(key), pl.col("rad").max().over(key)
    whole = pl.all_horizontal(_value(name).is_not_null() for name in kontrakt.key)
    return typed.with_columns(
        (whole & (first != last)).alias("_several"),
        (content.n_unique().over(key) > 1).alias("_conflicting"),
        first.alias("_first"),
        pl.when(pl.col("rad") == first).then(last).otherwise(first).alias("_other"),
    )


def _duplicate_faults(kontrakt: Kontrakt) -> list[Fault]:
    """Copies of a row beyond the first, and every row of a key that has two meanings."""
    several, conflicting, first = pl.col("_several"), pl.col("_conflicting"), pl.col("_first")
    called = ", ".join(kontrakt.key)
    column = kontrakt.key[-1]
    return [
        Fault(
            column,
            several & conflicting,
            _sentence(
                f"Samma {called} står också på rad ",
                pl.col("_other"),
                ", och raderna med nyckeln säger olika saker.",
            ),
            "Avgör vilken av raderna som gäller och ta bort den andra; "
            "är det två siffror, ge dem olika nyckel.",
        ),
        Fault(
            column,
            several & ~conflicting & (pl.col("rad") != first),
            _sentence("Raden är en kopia av rad ", first, "."),
            "Ta bort kopian.",
        ),
    ]


def _canonical(name: str) -> pl.Expr:
    """One text per meaning: 100 and 100.0 are the same value."""
    return pl.coalesce(_value(name).cast(pl.String), _text(name))

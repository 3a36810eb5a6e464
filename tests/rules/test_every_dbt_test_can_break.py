"""Every dbt test can go red: the very SQL that dbt compiled, on tables with a fault put in.

Belongs here: dbt's own tests, generic and singular, taken from the manifest of a whole refresh. A
singular test without a fault here fails, so a test that nothing can turn red does not get in.
The rules of the checks are in test_every_rule_can_break.py, the guards' in tests/expectations.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from dagster_pipelines.settings import PROJECT_DIR, Settings

TWICE = "from {} union all from {}"


def but(**columns: str) -> str:
    """Every row, with these columns saying something else."""
    return "select * replace ({}) from {{}}".format(
        ", ".join(f"{value} as {name}" for name, value in columns.items())
    )


# test → faults; a fault is a relation and what stands there instead ({} is the relation itself)
FAULTS: Mapping[str, Sequence[tuple[str, str]]] = {
    "forbund_efterfoljare_tar_vid": [("seeds.forbund", but(status="'aktiv'"))],
    "forbund_giltighet_i_ordning": [
        ("seeds.forbund", but(giltig_fran="date '2020-01-01'", giltig_till="date '2019-01-01'")),
        ("seeds.forbund", but(giltig_fran="null::date", giltig_fran_precision="'dag'")),
    ],
    "forbund_giltighet_overlappar_inte": [
        ("seeds.forbund", "from {} union all select * replace (9 as version) from {}")
    ],
    "forbund_organisationsnummer_form": [
        ("seeds.forbund", but(organisationsnummer="'2220001818'")),
        ("seeds.forbund", but(organisationsnummer="'222000-1818'")),
    ],
    "forbund_slakt_finns": [
        ("seeds.forbund", but(foregangare="'finns-inte'")),
        ("seeds.forbund", but(efterfoljare="forbund_id")),
    ],
    "forbund_slakt_omsesidig": [("seeds.forbund", but(foregangare="null::varchar"))],
    "forbund_versioner_i_foljd": [("seeds.forbund", but(version="version + 1"))],
    "insats_alias_entydigt": [
        ("seeds.insats", "from {} union all select * replace ('annan' as insats_id) from {}")
    ],
    "insats_nyckel_unik": [("seeds.insats", TWICE)],
    "medelstilldelning_nyckel_unik": [("seeds.medelstilldelning", TWICE)],
    "medelstilldelning_statens_halft": [
        ("seeds.medelstilldelning", but(stat_sek="total_sek")),
        ("seeds.medelstilldelning", but(total_sek="0")),
    ],
    "post_nyckel_unik": [("seeds.post", TWICE)],
    "post_ordning_unik": [("seeds.post", but(ordning="1"))],
    "regel_led_unik": [("seeds.regel", TWICE)],
    "regel_poster_finns": [
        ("seeds.regel", but(led_post="'okänd'")), ("seeds.regel", but(summa_post="'okänd'"))
    ],
    "regel_summa_entydig": [
        ("seeds.regel", f"from {{}} union all {but(**{column: column + chr(124) * 2 + repr('x')})}")
        for column in ("summa_statement", "summa_post", "benamning", "allvar")
    ],
    "regel_summa_inte_sitt_eget_led": [
        ("seeds.regel", but(led_statement="summa_statement", led_post="summa_post"))
    ],
    "synonym_etikett_unik": [
        ("seeds.synonym", "from {} union all select * replace (upper(label) as label) from {}")
    ],
    "synonym_post_finns": [("seeds.synonym", but(post_code="'okänd'"))],
    "allt_levererat_ar_bevarat": [
        ("raw.fakta", "from {} offset 1"),
        ("raw.leverans", "from {} offset 1"),
        ("raw.inlasning", but(lasta="lasta + 1")),
        ("raw.inlasning", but(avvisade="avvisade + 1", lasta="lasta + 1")),
        ("raw.inlasning", but(upprepade="upprepade + 1")),
        ("marts.fct_rapportfakta", "from {} offset 1"),
        ("marts.fct_rapportfakta", TWICE),
        ("intermediate.int_leverans", but(status="'ersatt'")),
    ],
    "bred_tabell_ar_samma_tal": [
        ("marts.rpt_balansrakning", but(summa_tillgangar="summa_tillgangar + 1")),
        ("marts.rpt_resultatrakning", but(periodens_resultat="-periodens_resultat")),
    ],
    "dokument_bakom_varje_fakta": [
        ("marts.fct_rapportfakta", but(rapport_key="'x'")),
        ("marts.fct_rapportfakta", but(line="null")),
        ("marts.fct_rapportfakta", but(position="null")),
        ("marts.fct_rapportfakta", but(printed="' '")),
    ],
    "en_gallande_uppgift_per_post": [
        ("marts.fct_ekonomi", but(gallande="false")), ("marts.fct_ekonomi", TWICE)
    ],
    "en_gallande_uppgift_per_kostnad": [
        ("marts.fct_kostnad", but(gallande="false")), ("marts.fct_kostnad", TWICE)
    ],
    "en_gallande_uppgift_per_deltagare": [
        ("marts.fct_deltagare", but(gallande="false")), ("marts.fct_deltagare", TWICE)
    ],
    "en_gallande_uppgift_per_nyckeltal": [
        ("marts.fct_nyckeltal", but(gallande="false")), ("marts.fct_nyckeltal", TWICE)
    ],
    "inga_fakta_forsvinner": [
        ("marts.fct_rapportfakta", "from {} offset 1"),
        ("marts.fct_rapportfakta", TWICE),
        ("intermediate.int_leverans", "from {} offset 1"),
        ("intermediate.int_leverans", but(status="'i karantän'")),
    ],
    "kand_avvikelse_har_en_regel": [("seeds.kand_avvikelse", but(regel_id="'X9'"))],
    "varje_regel_har_en_rad_per_rapport": [
        ("marts.fct_kontroll", "from {} where regel_id <> 'RR1'"),
        ("marts.fct_kontroll", "from {} where regel_id <> 'REJ'"),
    ],
}  # fmt: skip
STRANGE = {"BOOLEAN": "null", "DATE": "date '1066-10-14'", "TIMESTAMP": "timestamp '1066-10-14'"}
"""A value that no register has, where text or a number is not it."""

Node = Mapping[str, Any]
SINGULAR = sorted(path.stem for path in (PROJECT_DIR / "tests" / "dbt").rglob("*.sql"))


@pytest.fixture(scope="module")
def nodes(refreshed_home: Settings) -> list[Node]:
    """The dbt tests as the refresh compiled them."""
    written = refreshed_home.dbt_target_dir / "manifest.json"
    found = json.loads(written.read_text(encoding="utf-8"))["nodes"].values()
    return [node for node in found if node["resource_type"] == "test"]


@pytest.fixture(scope="module")
def con(
    refreshed_home: Settings, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[duckdb.DuckDBPyConnection]:
    """What the refresh built, attached under the name that the compiled SQL calls it by."""
    copy = Path(tmp_path_factory.mktemp("dbt")) / "kopia.duckdb"
    copy.write_bytes(refreshed_home.build_db.read_bytes())
    with duckdb.connect() as con:
        con.execute(f"attach '{copy}' as bygge (read_only)")
        yield con


def found(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    """How many rows the test objects to."""
    return int(con.execute(f"select count(*) from ({sql}\n)").fetchall()[0][0])


def quoted(relation: str) -> str:
    return ".".join(f'"{part}"' for part in ("bygge", *relation.split(".")))


def with_fault(con: duckdb.DuckDBPyConnection, sql: str, relation: str, fault: str) -> str:
    """The test's SQL, reading a copy of `relation` that has the fault."""
    name = quoted(relation)
    assert name in sql, f"the test does not read {relation}"
    con.execute(f"create or replace temp table fel as {fault.replace('{}', name)}")
    return sql.replace(name, "fel")


def test_every_singular_test_has_a_fault_and_no_fault_is_left_over(nodes: list[Node]) -> None:
    assert sorted(FAULTS) == SINGULAR
    assert sorted(node["name"] for node in nodes if not node.get("test_metadata")) == SINGULAR


@pytest.mark.parametrize("name", SINGULAR)
def test_a_fault_turns_the_singular_test_red(
    con: duckdb.DuckDBPyConnection, nodes: list[Node], name: str
) -> None:
    [node] = [node for node in nodes if node["name"] == name]
    assert found(con, node["compiled_code"]) == 0
    for relation, fault in FAULTS[name]:
        assert found(con, with_fault(con, node["compiled_code"], relation, fault)) > 0, fault


def generic_fault(con: duckdb.DuckDBPyConnection, node: Node, relation: str) -> str:
    """What breaks a test of one column; on a row of nothing where the table has no rows."""
    column, test = node["test_metadata"]["kwargs"]["column_name"], node["test_metadata"]["name"]
    described = con.execute(f"describe {quoted(relation)}").fetchall()
    kind = {row[0]: row[1] for row in described}[column]
    strange = STRANGE.get(kind, "'¤'" if kind == "VARCHAR" else "-987654")
    value = f"cast({'null' if test == 'not_null' else strange} as {kind})"
    filled = con.execute(f"from {quoted(relation)} limit 1").fetchall()
    rows = "from {} as t" if filled else "from (select 1) left join {} as t on false"
    changed = f"select t.* replace ({value} as {column}) {rows}"
    return f"{changed} union all {changed}" if test == "unique" else changed


def test_a_fault_turns_every_generic_test_red(
    con: duckdb.DuckDBPyConnection, nodes: list[Node]
) -> None:
    generic = [node for node in nodes if node.get("test_metadata")]
    assert len(generic) > 100
    kinds = {node["test_metadata"]["name"] for node in generic}
    assert kinds == {"not_null", "unique", "accepted_values", "relationships"}
    for node in generic:
        sql = node["compiled_code"]
        assert found(con, sql) == 0, node["name"]
        relation = attached(sql)
        broken = with_fault(con, sql, relation, generic_fault(con, node, relation))
        assert found(con, broken) > 0, node["name"]


def attached(sql: str) -> str:
    """The first relation that the test reads: the one that it is about."""
    parts = sql.split('"bygge".', 1)[1].split('"')
    return f"{parts[1]}.{parts[3]}"

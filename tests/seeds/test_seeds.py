"""The domain facts in the seeds, and proof that the dbt tests on them can fail.

Two halves. The first reads the CSV files and asserts what a person who knows the förbund would
check. The second builds the seeds once with dbt, then injects one fault at a time into the built
tables and runs the very SQL that dbt compiled for its tests: every test must be silent on the
seeds as they are, and raised by the fault that it is there for.

Only the seeds described in ``seeds/seeds.yml`` belong here.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
import yaml

ROOT = Path(__file__).parents[2]
SEEDS = ("post", "regel", "synonym", "forbund", "insats", "medelstilldelning")

# fmt: off
REGISTER = [
    "ale-kungalv-stenungsund-tjorn", "ange", "bengtsfors-amal-dals-ed-saffle-arjang", "blekinge",
    "bollebygd-mark-svenljunga", "boras", "botkyrka-huddinge-salem", "burlov-staffanstorp",
    "centrala-ostergotland", "consensus-alvsbyn", "degerfors-karlskoga", "eslov-hoor-horby",
    "falkoping-tidaholm", "finnvedens", "for-rehabilitering-sodertalje", "gavleborg", "goteborg",
    "goteborg-centrum", "goteborg-hisingen", "goteborg-nordost", "goteborg-vaster", "gotland",
    "halland", "haninge", "harnosand-timra", "hoglandets", "jamtlands-lan", "kalmar-lan",
    "klaralvdalens", "kramfors", "lekeberg-orebro", "lunds", "lycksele", "malmo", "nnv-skane",
    "norra-bohuslan", "norra-dalarnas", "norra-dalsland", "norra-skaraborg", "norra-vastmanlands",
    "ornskoldsvik", "ostra-ostergotland", "ostra-skaraborg", "rar", "samspelet", "sjuharads",
    "skane-nordost", "skelleftea-norsjo", "sodra-norrbotten", "sodra-roslagen", "sodra-vanern",
    "sodra-vatterbygdens", "sofint", "sollentuna-upplands-vasby",
    "sollentuna-upplands-vasby-sigtuna", "sos", "stockholms-stad", "sundbyberg", "sydnarke",
    "tranemo-ulricehamn", "trelleborg", "trollhattan-lilla-edet-grastorp", "umea", "uppsala-lan",
    "valfard-nacka", "vanersborg-mellerud", "vasterdalarna", "vasteras", "vastmanland",
    "vastra-malardalen", "vastra-ostergotland", "vastra-skaraborg",
]
# fmt: on


def specs() -> dict[str, dict]:
    text = (ROOT / "seeds/seeds.yml").read_text(encoding="utf-8")
    return {spec["name"]: spec for spec in yaml.safe_load(text)["seeds"]}


def read(seed: str) -> pl.DataFrame:
    return pl.read_csv(ROOT / "seeds" / f"{seed}.csv", infer_schema=False)


def forbund(forbund_id: str, version: int = 1) -> dict[str, str | None]:
    key = (pl.col("forbund_id") == forbund_id) & (pl.col("version") == str(version))
    return read("forbund").row(by_predicate=key, named=True)


# ------------------------------------------------------------------------------- files and YAML


@pytest.mark.parametrize("seed", SEEDS)
def test_text_is_clean(seed):
    raw = (ROOT / "seeds" / f"{seed}.csv").read_bytes()
    text = raw.decode("utf-8")
    assert not raw.startswith(b"\xef\xbb\xbf") and b"\r" not in raw and raw.endswith(b"\n")
    assert text == unicodedata.normalize("NFC", text)
    for row in read(seed).iter_rows(named=True):
        for column, value in row.items():
            if value is not None:
                assert value and value == " ".join(value.split()), (seed, column, value)


@pytest.mark.parametrize("seed", SEEDS)
def test_every_column_is_typed_and_described(seed):
    spec, columns = specs()[seed], read(seed).columns
    assert spec["description"].startswith("Grain: ")
    assert spec["config"]["quote_columns"] is False
    assert list(spec["config"]["column_types"]) == columns
    assert [c["name"] for c in spec["columns"]] == columns
    assert all("ull" in column["description"] for column in spec["columns"])  # null or Never null


# --------------------------------------------------------------------------------------- förbund


def test_every_forbund_of_the_register_is_there():
    assert len(REGISTER) == 72
    assert set(read("forbund")["forbund_id"]) == set(REGISTER)


@pytest.mark.parametrize(
    ("new", "start", "old"),
    [
        (
            "goteborg",
            "2019-07-01",
            "goteborg-centrum goteborg-nordost goteborg-vaster goteborg-hisingen",
        ),
        ("vastmanland", "2024-01-01", "vasteras vastra-malardalen norra-vastmanlands"),
        ("sodra-vanern", "2022-01-01", "trollhattan-lilla-edet-grastorp"),
        ("sjuharads", None, "bollebygd-mark-svenljunga tranemo-ulricehamn boras"),
        ("sollentuna-upplands-vasby-sigtuna", None, "sollentuna-upplands-vasby"),
        ("sodra-norrbotten", None, "consensus-alvsbyn"),
    ],
)
def test_mergers(new, start, old):
    successor = forbund(new)
    assert successor["giltig_fran"] == start
    assert successor["foregangare"] == old.replace(" ", ";")
    last_day = start and str(date.fromordinal(date.fromisoformat(start).toordinal() - 1))
    for predecessor in map(forbund, old.split()):
        assert predecessor["efterfoljare"] == new
        assert predecessor["giltig_till"] == last_day
        assert predecessor["status"] == "upphört"


def test_no_other_forbund_is_linked_or_ended():
    rows = read("forbund")
    assert rows["foregangare"].drop_nulls().len() == 6
    assert rows["efterfoljare"].drop_nulls().len() == 4 + 3 + 1 + 3 + 1 + 1
    ended = rows.filter(pl.col("giltig_till").is_not_null())["forbund_id"].to_list()
    assert len(ended) == 4 + 3 + 1 + 1 and "klaralvdalens" in ended


def test_a_member_that_joins_makes_a_new_version():
    assert forbund("klaralvdalens", 1)["kommuner"] == "Forshaga;Munkfors"
    assert forbund("klaralvdalens", 1)["giltig_till"] == "2007-12-31"
    assert forbund("klaralvdalens", 2)["kommuner"] == "Forshaga;Hagfors;Munkfors"
    assert forbund("klaralvdalens", 2)["giltig_fran"] == "2008-01-01"
    assert read("forbund").height == len(REGISTER) + 1


def test_precision_tells_a_year_from_a_day():
    exact = {"halland": ("2010-01-01", "ar"), "goteborg-centrum": ("2005-01-01", "ar"),
             "sodra-roslagen": ("2014-01-01", "ar"), "umea": ("2005-05-01", "manad"),
             "vastra-ostergotland": ("2015-01-01", "dag"), "vasteras": (None, None)}  # fmt: skip
    for forbund_id, (start, precision) in exact.items():
        row = forbund(forbund_id)
        assert (row["giltig_fran"], row["giltig_fran_precision"]) == (start, precision), forbund_id
    coarse = read("forbund").filter(pl.col("giltig_fran_precision").is_in(["ar", "manad"]))
    assert set(coarse["forbund_id"]) == {"halland", "goteborg-centrum", "sodra-roslagen", "umea"}


def test_doubt_is_kept_as_doubt():
    for forbund_id in ("norra-dalarnas", "norra-bohuslan", "haninge", "valfard-nacka", "kramfors"):
        assert forbund(forbund_id)["status"] == "okänt", forbund_id
    assert forbund("umea")["belagd_ar"] == "2012"
    assert "Finspång" not in forbund("ostra-ostergotland")["kommuner"]
    assert forbund("halland")["kommuner"] is None
    assert forbund("norra-vastmanlands")["kommuner"] is None


def has_check_digit(number: str) -> bool:
    doubled = (int(d) * (2 - i % 2) for i, d in enumerate(number.replace("-", "")))
    return sum(d // 10 + d % 10 for d in doubled) % 10 == 0


def test_organisationsnummer():
    numbers = read("forbund").select("forbund_id", "organisationsnummer").drop_nulls()
    known = dict(numbers.iter_rows())
    assert known == {
        "sofint": "222000-1818",
        "vasteras": "222000-2824",
        "sodra-roslagen": "222000-3079",
        "umea": "222000-1834",
        "lycksele": "222000-1784",
    }
    for number in known.values():
        assert re.fullmatch(r"\d{6}-\d{4}", number) and has_check_digit(number), number
    assert not has_check_digit("222000-1819")


def test_municipalities_are_bare_names_in_swedish_order():
    swedish = str.maketrans("åäö", "{|}")
    bare = r"[A-ZÅÄÖ][a-zåäö]+([ -][A-ZÅÄÖ][a-zåäö]+)*"
    for listed in read("forbund")["kommuner"].drop_nulls():
        names = listed.split(";")
        assert names == sorted(set(names), key=lambda name: name.casefold().translate(swedish))
        assert all(re.fullmatch(bare, name) for name in names), names


# ------------------------------------------------------------------- insats, posts, synonyms, money


def test_names_that_the_reports_use_for_one_insats():
    insats = read("insats").with_columns(pl.col("alias").str.split(";"))
    known = {r["insats_id"]: r["alias"] for r in insats.iter_rows(named=True)}
    assert "IRMA Örebro" in known["coachingteam-orebro"]
    assert {"JobbFokus Spira", "SPIRA"} <= set(known["spira"])
    assert not insats.filter(pl.col("insats").str.contains("(?i)administration|kansli")).height


def test_every_post_is_found_by_its_own_name():
    labels = {(s, label.casefold()): code for s, label, code in read("synonym").iter_rows()}
    for row in read("post").iter_rows(named=True):
        if row["post_code"] != "ovriga_verksamhetskostnader":  # its name is an explanation
            assert labels[row["statement"], row["benamning"].casefold()] == row["post_code"]


def test_labels_mean_what_an_accountant_takes_them_for():
    labels = {(s, label): code for s, label, code in read("synonym").iter_rows()}
    assert labels["resultatrakning", "Bidrag från medlemmarna"] == "medlemsbidrag"
    assert labels["resultatrakning", "Verksamhetens nettoresultat"] == "verksamhetens_resultat"
    assert labels["balansrakning", "Interimsfordringar"].startswith("forutbetalda_kostnader")
    assert labels["balansrakning", "Interimsskulder"].startswith("upplupna_kostnader")
    assert labels["balansrakning", "Korta skulder"] == "summa_kortfristiga_skulder"
    assert labels["balansrakning", "Kassa/bank"] == "kassa_och_bank"
    label = "Kassaflöde från löpande verksamhet"
    assert labels["kassaflode", label] == "kassaflode_lopande_verksamhet"


def test_no_label_is_a_share_of_its_post_or_a_bare_heading():
    labels = {label.casefold() for label in read("synonym")["label"]}
    shares = {"medlemsbidrag staten", "upplupna kostnader", "inventarier", "kassa"}
    headings = {"tillgångar", "skulder", "intäkter", "kostnader", "omsättningstillgångar"}
    one_sided = {"ökning av kortfristiga fordringar", "minskning av kortfristiga skulder"}
    assert not labels & (shares | headings | one_sided)
    assert not [x for x in labels if x.endswith((" staten", " regionen", " kommunen"))]


def test_stored_signs():
    columns = read("post").select("statement", "post_code", "lagrat_tecken")
    signs = {(statement, code): sign for statement, code, sign in columns.iter_rows()}
    assert signs["resultatrakning", "medlemsbidrag"] == "1"
    assert signs["resultatrakning", "verksamhetens_kostnader"] == "-1"
    assert signs["balansrakning", "summa_skulder"] == "1"
    assert {t for (_, c), t in signs.items() if "resultat" in c} == {"fritt"}


def test_medelstilldelning():
    rows = {(r["forbund_id"], r["ar"]): r for r in read("medelstilldelning").iter_rows(named=True)}
    totals = {key: int(r["total_sek"]) for key, r in rows.items()}
    assert totals == {
        ("sofint", "2021"): 797_000 * 5,
        ("sofint", "2024"): 1_800_000 * 2,
        ("lekeberg-orebro", "2019"): 8_000_000,
        ("lekeberg-orebro", "2020"): 8_911_377 - 908_377,
        ("vasteras", "2021"): 13_310_000,
        ("vasteras", "2022"): 2 * (2_749_000 + 1_374_500 + 1_374_500),
        ("vastra-ostergotland", "2021"): 13_432_000,
    }
    derived = {key for key, r in rows.items() if r["grund"] == "härledd"}
    assert derived == {("sofint", "2021"), ("sofint", "2024"), ("lekeberg-orebro", "2020")}


# ---------------------------------------------------- the dbt tests, proved by breaking the seeds


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> tuple[Path, dict[str, dict], dict[str, str]]:
    """The seeds built by dbt in a project of their own: database, test nodes, verdict by test."""
    home = tmp_path_factory.mktemp("seeds")
    for name in ("dbt_project.yml", "profiles.yml"):
        shutil.copy(ROOT / name, home)
    shutil.copytree(ROOT / "macros", home / "macros")
    (home / "seeds").mkdir()
    (home / "tests/dbt/seeds").mkdir(parents=True)
    for name in ("seeds.yml", *(f"{seed}.csv" for seed in SEEDS)):
        shutil.copy(ROOT / "seeds" / name, home / "seeds")
    for seed in SEEDS:
        for test in (ROOT / "tests/dbt/seeds").glob(f"{seed}_*.sql"):
            shutil.copy(test, home / "tests/dbt/seeds")

    database = home / "bygge.duckdb"
    environment = os.environ | {
        "FINSAM_BUILD_DB": str(database),
        "DBT_TARGET_PATH": str(home / "target"),
        "DBT_LOG_PATH": str(home / "logs"),
        "DBT_PROFILES_DIR": str(home),
        "DBT_PROJECT_DIR": str(home),
    }
    dbt = Path(sys.executable).with_name("dbt")
    deprecations_fail = ["--warn-error-options", '{"error": ["Deprecations"]}']
    run = subprocess.run(
        [dbt, *deprecations_fail, "build"],
        cwd=home, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    results = home / "target/run_results.json"
    assert results.exists(), run.stdout + run.stderr
    verdict = {r["unique_id"]: r["status"] for r in json.loads(results.read_text())["results"]}
    nodes = json.loads((home / "target/manifest.json").read_text())["nodes"]
    tests = {n["name"]: n for n in nodes.values() if n["resource_type"] == "test"}
    for node in tests.values():
        compiled = home / "target/compiled/finsam" / node["original_file_path"]
        node["sql"] = node.get("compiled_code") or compiled.read_text()
    assert run.returncode == 0, run.stdout + run.stderr
    return database, tests, {n: verdict[node["unique_id"]] for n, node in tests.items()}


@pytest.fixture
def broken(built) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection whose changes are rolled back when the test ends."""
    connection = duckdb.connect(str(built[0]))
    connection.execute("use bygge.seeds")
    connection.begin()
    yield connection
    connection.rollback()
    connection.close()


def raised(connection: duckdb.DuckDBPyConnection, tests: dict[str, dict]) -> set[str]:
    """Names of the tests that return a row, which is how a dbt test fails."""
    return {name for name, node in tests.items() if connection.execute(node["sql"]).fetchall()}


FAULTS = {
    "post_nyckel_unik": """
        insert into post select * replace (999 as ordning) from post
        where statement = 'resultatrakning' and post_code = 'administration'""",
    "post_ordning_unik": """
        update post set ordning = 20
        where statement = 'resultatrakning' and post_code = 'medlemsbidrag'""",
    "regel_led_unik": """
        insert into regel select * from regel where regel_id = 'BR2'""",
    "regel_summa_entydig": """
        update regel set summa_post = 'finansnetto'
        where regel_id = 'RR1' and led_post = 'avskrivningar'""",
    "regel_poster_finns": """
        update regel set led_statement = 'kassaflode'
        where regel_id = 'BR4' and led_post = 'kundfordringar'""",
    "regel_summa_inte_sitt_eget_led": """
        update regel set led_post = summa_post where regel_id = 'BR2'""",
    "synonym_etikett_unik": """
        insert into synonym
        values ('balansrakning', 'LIKVIDA MEDEL', 'kortfristiga_placeringar')""",
    "synonym_post_finns": """
        update synonym set post_code = 'kundfordringar'
        where statement = 'resultatrakning' and label = 'Kansli'""",
    "insats_nyckel_unik": """
        insert into insats select * from insats where insats_id = 'spira'""",
    "insats_alias_entydigt": """
        update insats set alias = 'Tidigare namn; jobbfokus spira'
        where forbund_id = 'vasteras' and insats_id = 'sim'""",
    "relationships_insats_forbund_id__forbund_id__ref_forbund_": """
        update insats set forbund_id = 'vasterås' where insats_id = 'spira'""",
    "relationships_medelstilldelning_forbund_id__forbund_id__ref_forbund_": """
        update medelstilldelning set forbund_id = 'roslagen' where forbund_id = 'vasteras'""",
    "forbund_versioner_i_foljd": """
        update forbund set version = 3 where forbund_id = 'klaralvdalens' and version = 2""",
    "forbund_giltighet_overlappar_inte": """
        update forbund set giltig_till = '2008-01-01'
        where forbund_id = 'klaralvdalens' and version = 1""",
    "forbund_giltighet_i_ordning": """
        update forbund set giltig_till = '2004-12-31' where forbund_id = 'goteborg-centrum'""",
    "forbund_slakt_finns": """
        update forbund set foregangare = 'vasteras;vastra-malardalen;norra-vastmanland'
        where forbund_id = 'vastmanland'""",
    "forbund_slakt_omsesidig": """
        update forbund set efterfoljare = null where forbund_id = 'goteborg-hisingen'""",
    "forbund_efterfoljare_tar_vid": """
        update forbund set giltig_till = '2019-07-01' where forbund_id = 'goteborg-vaster'""",
    "forbund_organisationsnummer_form": """
        update forbund set organisationsnummer = '2220002824' where forbund_id = 'vasteras'""",
    "medelstilldelning_nyckel_unik": """
        insert into medelstilldelning
        select * from medelstilldelning where forbund_id = 'sofint'""",
    "medelstilldelning_statens_halft": """
        update medelstilldelning set stat_sek = 5489000
        where forbund_id = 'vasteras' and ar = 2022""",
}  # fmt: skip

MORE_FAULTS = [
    ("regel_poster_finns", "update regel set summa_post = 'resultat' where regel_id = 'KF1'"),
    (
        "regel_summa_entydig",
        "update regel set allvar = 'upplysning' where led_post = 'kundfordringar'",
    ),
    ("forbund_versioner_i_foljd", "update forbund set version = 1 where version = 2"),
    (
        "forbund_giltighet_overlappar_inte",
        "update forbund set giltig_till = null where version = 1",
    ),
    (
        "forbund_giltighet_overlappar_inte",
        "update forbund set giltig_fran = null where version = 2",
    ),
    ("forbund_giltighet_i_ordning", "update forbund set giltig_fran_precision = null"),
    ("forbund_giltighet_i_ordning", "update forbund set giltig_fran_precision = 'dag'"),
    (
        "forbund_slakt_finns",
        "update forbund set efterfoljare = forbund_id where forbund_id = 'malmo'",
    ),
    (
        "forbund_slakt_omsesidig",
        "update forbund set foregangare = null where forbund_id = 'goteborg'",
    ),
    (
        "forbund_efterfoljare_tar_vid",
        "update forbund set status = 'aktiv' where forbund_id = 'boras'",
    ),
    (
        "forbund_organisationsnummer_form",
        "update forbund set organisationsnummer = '222000-2824' where forbund_id = 'sofint'",
    ),
    ("insats_alias_entydigt", "update insats set alias = 'SIM' where insats_id = 'efterstod'"),
    (
        "medelstilldelning_statens_halft",
        "update medelstilldelning set total_sek = 0 where ar = 2024",
    ),
]


def test_dbt_finds_nothing_wrong_with_the_seeds(built):
    _, tests, verdict = built
    assert set(verdict.values()) == {"pass"}
    seeds = {d.split(".")[-1] for t in tests.values() for d in t["depends_on"]["nodes"]}
    assert seeds == set(SEEDS)


def test_types_and_rows_are_those_of_the_files(broken):
    for seed in SEEDS:
        found = {row[0]: row[1] for row in broken.execute(f"describe {seed}").fetchall()}
        stated = specs()[seed]["config"]["column_types"]
        assert found == {c: "VARCHAR" if t == "string" else t.upper() for c, t in stated.items()}
        assert broken.execute(f"select count(*) from {seed}").fetchall() == [(read(seed).height,)]


def test_every_dbt_test_has_its_fault(built):
    _, tests, _ = built
    generic = {n for n, t in tests.items() if n.startswith(("not_null_", "accepted_values_"))}
    assert set(tests) - generic == set(FAULTS)
    assert len(generic) > 30


@pytest.mark.parametrize(("test", "fault"), [*FAULTS.items(), *MORE_FAULTS])
def test_the_fault_is_caught(built, broken, test, fault):
    _, tests, _ = built
    assert raised(broken, {test: tests[test]}) == set()
    broken.execute(fault)
    assert test in raised(broken, {test: tests[test]})


def test_column_tests_catch_a_null_and_a_foreign_value(built):
    database, tests, _ = built
    for name, node in tests.items():
        kind = (node.get("test_metadata") or {}).get("name")
        if kind not in {"not_null", "accepted_values"}:
            continue
        seed, column = node["attached_node"].split(".")[-1], node["column_name"]
        value = {"not_null": "null", "accepted_values": "'7'"}[kind]  # '7' casts to every type
        where = node["config"]["where"] or "true"
        with duckdb.connect(str(database)) as connection:
            connection.execute("use bygge.seeds").begin()
            connection.execute(
                f"update {seed} set {column} = {value}"
                f" where rowid = (select min(rowid) from {seed} where {where})"
            )
            assert raised(connection, {name: node}) == {name}, name
            connection.rollback()

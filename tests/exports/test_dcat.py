"""The catalogue has what DCAT-AP-SE 3 asks for, and tells the truth of the files beside it.

The profile: https://docs.dataportal.se/dcat/3.0.1/sv/, and what the portal asks of a harvested
file (absolute addresses, no blank nodes for the main things): its page on harvesting.
"""

import re
from pathlib import Path

import pytest
from rdflib import RDF, Graph, Literal, Namespace, URIRef
from rdflib.compare import isomorphic
from rdflib.term import BNode, Node

from dagster_pipelines import publish as publishing
from dagster_pipelines.manifest import read_manifest
from dagster_pipelines.settings import PROJECT_DIR, Settings

DCAT = Namespace("http://www.w3.org/ns/dcat#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
TERMS = Namespace("http://purl.org/dc/terms/")
FOAF = Namespace("http://xmlns.com/foaf/0.1/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")

PROFILE: dict[URIRef, tuple[set[URIRef], set[URIRef]]] = {  # mandatory, recommended
    DCAT.Catalog: (
        {TERMS.title, TERMS.description, TERMS.publisher, TERMS.license, DCAT.dataset},
        {TERMS.issued, TERMS.language, TERMS.modified, FOAF.homepage, DCAT.themeTaxonomy},
    ),
    DCAT.Dataset: (
        {TERMS.title, TERMS.description, TERMS.publisher},
        {DCAT.contactPoint, DCAT.keyword, DCAT.theme, DCAT.distribution, TERMS.temporal,
         TERMS.issued, TERMS.accessRights, TERMS.spatial, TERMS.conformsTo,
         TERMS.accrualPeriodicity},
    ),
    DCAT.Distribution: (
        {DCAT.accessURL},
        {TERMS.description, TERMS["format"], TERMS.license, DCATAP.availability,
         DCAT.downloadURL, DCAT.byteSize},
    ),
    FOAF.Agent: ({FOAF.name}, {TERMS.type}),
    VCARD.Organization: ({VCARD.fn, VCARD.hasEmail}, set()),
    TERMS.PeriodOfTime: (set(), {DCAT.startDate, DCAT.endDate}),
    SPDX.Checksum: ({SPDX.algorithm, SPDX.checksumValue}, set()),
}  # fmt: skip


def missing(graph: Graph) -> list[tuple[Node, URIRef]]:
    """Each thing with a property that the profile makes mandatory or recommends and it lacks."""
    return [
        (node, predicate)
        for kind, (mandatory, recommended) in PROFILE.items()
        for node in graph.subjects(RDF.type, kind)
        for predicate in mandatory | recommended
        if graph.value(node, predicate) is None
    ]


@pytest.fixture(scope="module")
def graph(refreshed_home: Settings) -> Graph:
    return Graph().parse(refreshed_home.warehouse_dir / "dcat.ttl")


def test_everything_that_the_profile_asks_for_is_there(graph: Graph) -> None:
    assert missing(graph) == []
    for kind in PROFILE:
        assert list(graph.subjects(RDF.type, kind)), kind


@pytest.mark.parametrize("kind", PROFILE)
def test_a_missing_property_is_noticed(graph: Graph, kind: URIRef) -> None:
    mandatory, recommended = PROFILE[kind]
    for predicate in mandatory | recommended:
        broken = Graph() + graph
        node = next(broken.subjects(RDF.type, kind))
        broken.remove((node, predicate, None))
        assert missing(broken) == [(node, predicate)]


def test_both_syntaxes_say_the_same(refreshed_home: Settings, graph: Graph) -> None:
    xml = Graph().parse(refreshed_home.warehouse_dir / "dcat.rdf", format="xml")
    assert isomorphic(graph, xml)


def test_every_address_is_absolute_and_no_node_is_blank(graph: Graph) -> None:
    nodes = {node for triple in graph for node in triple}
    assert not [node for node in nodes if isinstance(node, BNode)]
    schemes = ("http://", "https://", "mailto:")
    assert not [n for n in nodes if isinstance(n, URIRef) and not str(n).startswith(schemes)]
    assert not [n for n in nodes if isinstance(n, URIRef) and (" " in n or "\\" in n)]


def test_texts_are_in_swedish_and_english(graph: Graph) -> None:
    for kind in (DCAT.Catalog, DCAT.Dataset, DCAT.Distribution):
        for node in graph.subjects(RDF.type, kind):
            for predicate in (TERMS.title, TERMS.description):
                texts = list(graph.objects(node, predicate))
                assert {t.language for t in texts if isinstance(t, Literal)} == {"sv", "en"}, node


def test_what_the_profile_fixes(graph: Graph) -> None:
    (catalogue,) = graph.subjects(RDF.type, DCAT.Catalog)
    assert str(graph.value(catalogue, TERMS.license)) == (
        "http://creativecommons.org/publicdomain/zero/1.0/"
    )
    (publisher,) = set(graph.objects(None, TERMS.publisher))
    assert (publisher, RDF.type, FOAF.Agent) in graph
    (contact,) = set(graph.objects(None, DCAT.contactPoint))
    assert contact != publisher
    listed = set(graph.objects(catalogue, DCAT.dataset))
    assert listed == set(graph.subjects(RDF.type, DCAT.Dataset))
    reached = set(graph.objects(None, DCAT.distribution))
    assert reached == set(graph.subjects(RDF.type, DCAT.Distribution))


def test_the_guide_counts_the_datasets(graph: Graph) -> None:
    page = PROJECT_DIR / "docs" / "hur-man" / "publicera-pa-dataportalen.md"
    told = re.search(r"(\w+) datamängder: de (\w+) breda", page.read_text(encoding="utf-8"))
    assert told
    datasets = [str(node) for node in graph.subjects(RDF.type, DCAT.Dataset)]
    wide = [node for node in datasets if "#rpt_" in node]
    numbers = {"sex": 6, "sju": 7, "åtta": 8, "nio": 9, "tio": 10}
    assert [numbers[word.lower()] for word in told.groups()] == [len(datasets), len(wide)]


def test_every_download_is_a_file_with_that_size_and_hash(
    refreshed_home: Settings, graph: Graph
) -> None:
    manifest = read_manifest(refreshed_home)
    assert manifest
    folder = refreshed_home.current_link.resolve()
    linked, checked = set(), set()
    for node in graph.subjects(RDF.type, DCAT.Distribution):
        names = [
            str(url).removeprefix(refreshed_home.public_url)
            for url in graph.objects(node, DCAT.downloadURL)
        ]
        linked |= set(names)
        assert int(str(graph.value(node, DCAT.byteSize))) == sum(
            (folder / name).stat().st_size for name in names
        )
        checksum = graph.value(node, SPDX.checksum)
        assert (checksum is not None) == (len(names) == 1)
        if checksum is not None:
            checked.add(names[0])
            assert str(graph.value(checksum, SPDX.checksumValue)) == manifest["hashes"][names[0]]
        access = str(graph.value(node, DCAT.accessURL)).removeprefix(refreshed_home.public_url)
        assert (folder / access).is_file()
    described = {"datapackage.json", "dcat.ttl", "dcat.rdf"}
    assert linked == checked == set(manifest["hashes"]) - described


BODY = {
    "public_url": "https://data.forbundet.se/finsam",
    "publisher_name": "Samordningsförbundet Exempel",
    "publisher_org_number": "222000-1818",
    "publisher_type": "RegionalAuthority",
    "contact_name": "Kansliet",
    "contact_email": "kansli@forbundet.se",
    "license_url": "http://creativecommons.org/licenses/by/4.0/",
}


def test_the_public_body_is_that_of_the_settings(
    copied_home: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    turtle = copied_home.warehouse_dir / "dcat.ttl"
    assert "Publicera inte katalogen" in turtle.read_text(encoding="utf-8")
    for name, value in BODY.items():
        monkeypatch.setenv(f"FINSAM_{name.upper()}", value)
    body = Settings(home=copied_home.home, data_dir=copied_home.data_dir)
    publishing.publish(body, run_id="utgivare", inputs={}, seconds={})
    text = turtle.read_text(encoding="utf-8")
    assert "Publicera inte katalogen" not in text
    assert "finsam.example" not in text
    graph = Graph().parse(data=text, format="turtle")
    assert missing(graph) == []
    (publisher,) = set(graph.objects(None, TERMS.publisher))
    assert str(publisher) == "http://dataportal.se/organisation/SE2220001818"
    assert str(graph.value(publisher, TERMS.type)).endswith("/RegionalAuthority")
    downloads = {str(url) for url in graph.objects(None, DCAT.downloadURL)}
    assert "https://data.forbundet.se/finsam/finsam.xlsx" in downloads
    licences = {
        str(graph.value(node, TERMS.license))
        for node in graph.subjects(RDF.type, DCAT.Distribution)
    }
    assert licences == {BODY["license_url"]}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("public_url", "data.forbundet.se"),
        ("public_url", "https://a.se/#x"),
        ("publisher_org_number", "12345"),
        ("publisher_type", "Förbund"),
        ("contact_email", "kansliet"),
        ("publisher_name", ""),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"FINSAM_{name.upper()}", value)
    with pytest.raises(ValueError, match=name):
        Settings(home=tmp_path)

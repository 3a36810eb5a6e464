"""dcat.ttl and dcat.rdf: the catalogue that Sweden's data portal harvests, DCAT-AP-SE 3.

Belongs here: what the profile (https://docs.dataportal.se/dcat/3.0.1/sv/) wants said of the
publication, in Turtle for people and in RDF/XML, the syntax that the portal harvests. Does not
belong here: who publishes, which is a matter of settings, or the texts of the marts (their YAML).

Every thing has an absolute address of its own and there is no blank node: the portal needs that
for catalogue, dataset, distribution, publisher and contact, and the rest is then the same from one
publication to the next.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from dagster_pipelines.exports import CATALOGUE, CSV, PARQUET, Export, Publication, excel
from dagster_pipelines.exports import datapackage as package
from dagster_pipelines.exports.marts import Mart
from dagster_pipelines.settings import Settings

TURTLE, RDF_XML = "dcat.ttl", "dcat.rdf"
DATABASE = "finsam.duckdb"
PROFILE = "https://docs.dataportal.se/dcat/3.0.1/sv/"
CC0 = "http://creativecommons.org/publicdomain/zero/1.0/"
"""The licence of the catalogue itself, which the profile fixes; that of the data is a setting."""
EU = "http://publications.europa.eu/resource/authority/"
PREFIXES = {
    "dcat": "http://www.w3.org/ns/dcat#",
    "dcatap": "http://data.europa.eu/r5r/",
    "dcterms": "http://purl.org/dc/terms/",
    "foaf": "http://xmlns.com/foaf/0.1/",
    "spdx": "http://spdx.org/rdf/terms#",
    "vcard": "http://www.w3.org/2006/vcard/ns#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
}
SWEDEN = "http://sws.geonames.org/2661886/"
PUBLISHER_TYPES = "http://purl.org/adms/publishertype/"
ORGANISATION = "http://dataportal.se/organisation/SE"
DATA_PACKAGE = "https://specs.frictionlessdata.io/tabular-data-package/"
IANA = "https://www.iana.org/assignments/media-types/"
THEMES = ("GOVE", "ECON", "SOCI")
KEYWORDS = {
    "sv": ("samordningsförbund", "finsam", "finansiell samordning", "delårsrapport",
           "årsredovisning", "rehabilitering"),
    "en": ("coordination association", "financial coordination", "vocational rehabilitation",
           "interim report", "annual report"),
}  # fmt: skip
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
NOT_SET = (
    "# OBS: utgivare, kontakt och adress är inte inställda; se FINSAM_PUBLISHER_NAME med flera i\n"
    "# docs/installningar.md. Publicera inte katalogen förrän de är det.\n\n"
)


@dataclass(frozen=True)
class Distribution:
    """One way to get a dataset. `media` is the media type, `files` their names in the version."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    media: str
    files: Sequence[str]
    access: str = ""
    conforms_to: str = ""


@dataclass(frozen=True)
class Dataset:
    """One thing to find on the portal, with texts in Swedish and English."""

    name: str
    title: Mapping[str, str]
    description: Mapping[str, str]
    distributions: Sequence[Distribution]


def write_catalogue(
    marts: Sequence[Mart],
    period: tuple[date, date] | None,
    about: Publication,
    settings: Settings,
    hashes: Mapping[str, str],
) -> list[Export]:
    """Write both syntaxes of the catalogue into the staged folder, beside what they describe.

    Args:
        marts: those with texts in both languages become datasets of their own.
        period: first and last day that the figures are about.
        about: the publication.
        settings: address, publisher, contact and licence.
        hashes: sha256 of every other file, by name within the version.
    """
    catalogue = _Catalogue(about, settings, hashes)
    catalogue.describe([*_whole(marts, hashes), *_each(marts)], period)
    turtle = catalogue.graph.serialize(format="turtle")
    (about.staged / TURTLE).write_text(
        turtle if settings.publisher_is_set else NOT_SET + turtle, encoding="utf-8"
    )
    catalogue.graph.serialize(about.staged / RDF_XML, format="xml", encoding="utf-8")
    return [Export(name, CATALOGUE) for name in (TURTLE, RDF_XML)]


# --- what is described ------------------------------------------------------------------------


def _whole(marts: Sequence[Mart], hashes: Mapping[str, str]) -> Iterable[Dataset]:
    """Everything as one dataset: the database, the workbook, all CSV and all Parquet files.

    A checksum is of one file, so the tables that are no datasets of their own also stand here one
    by one; a table that is divided has its checksums in datapackage.json alone.
    """
    candidates = (
        Distribution(
            "duckdb", {"sv": "DuckDB-databas", "en": "DuckDB database"},
            {"sv": "Alla tabeller i en fil, med nycklar och beskrivningar, för SQL.",
             "en": "All tables in one file, with keys and descriptions, for SQL."},
            "application/octet-stream", [DATABASE],
        ),
        Distribution(
            "xlsx", {"sv": "Arbetsbok", "en": "Workbook"},
            {"sv": "De breda tabellerna som blad, med definitioner och dataordlista.",
             "en": "The wide tables as sheets, with definitions and a data dictionary."},
            XLSX, [excel.NAME],
        ),
        Distribution(
            "csv", {"sv": "CSV, datapaket", "en": "CSV, data package"},
            {"sv": "En fil per tabell, av en stor en per förbund; se datapackage.json.",
             "en": "One file per table, of a large one per association; see datapackage.json."},
            "text/csv", [file for mart in marts for file in mart.files(CSV)],
            access=package.NAME, conforms_to=DATA_PACKAGE,
        ),
        Distribution(
            "parquet", {"sv": "Parquet", "en": "Parquet"},
            {"sv": "En fil per tabell, för en stor en per förbund, med exakta typer.",
             "en": "One file per table, of a large one per association, with exact types."},
            "application/vnd.apache.parquet",
            [file for mart in marts for file in mart.files(PARQUET)],
        ),
    )  # fmt: skip
    alone = [each for mart in marts if not _is_dataset(mart) for each in _files(mart)]
    there = [d for d in (*candidates, *alone)
             if d.files and all(name in hashes for name in d.files)]  # fmt: skip
    yield Dataset(
        "finsam",
        {"sv": "Samordningsförbundens ekonomi, insatser och deltagare",
         "en": "Finances, activities and participants of Sweden's coordination associations"},
        {"sv": package.DESCRIPTION,
         "en": "What Sweden's coordination associations (samordningsförbund) print in their "
               "interim and annual reports, as tables: every figure with report, line and printed "
               "characters. Empty means that the report does not print the figure, never zero."},
        there,
    )  # fmt: skip


def _each(marts: Iterable[Mart]) -> Iterable[Dataset]:
    for mart in marts:
        if not _is_dataset(mart):
            continue
        distributions = (
            Distribution(f"{mart.name}-csv", {"sv": "CSV", "en": "CSV"},
                         {"sv": "Kommaseparerad text, UTF-8, decimalpunkt.",
                          "en": "Comma-separated text, UTF-8, decimal point."},
                         "text/csv", mart.files(CSV)),
            Distribution(f"{mart.name}-parquet", {"sv": "Parquet", "en": "Parquet"},
                         {"sv": "Kolumnformat med exakta typer.",
                          "en": "Columnar format with exact types."},
                         "application/vnd.apache.parquet",
                         mart.files(PARQUET)),
        )  # fmt: skip
        yield Dataset(
            mart.name,
            mart.meta["titel"],
            mart.meta["beskrivning"],
            [each for each in distributions if each.files],
        )


def _is_dataset(mart: Mart) -> bool:
    return {"titel", "beskrivning"} <= mart.meta.keys()


def _files(mart: Mart) -> Iterable[Distribution]:
    """The files of a table that is no dataset of its own, by kind."""
    about = {"sv": mart.description or mart.name,
             "en": f"The table {mart.name}; datapackage.json describes its columns."}  # fmt: skip
    for kind, media in ((CSV, "text/csv"), (PARQUET, "application/vnd.apache.parquet")):
        title = f"{mart.name}, {'CSV' if kind == CSV else 'Parquet'}"
        yield Distribution(f"{mart.name}-{kind}", {"sv": title, "en": title}, about, media,
                           mart.files(kind))  # fmt: skip


# --- the graph --------------------------------------------------------------------------------


class _Url(str):
    """An address as an object of a statement; any other str is a text."""


class _Catalogue:
    """The graph, and how to put a thing with all that is said of it into it."""

    def __init__(self, about: Publication, settings: Settings, hashes: Mapping[str, str]) -> None:
        from rdflib import Graph  # noqa: PLC0415 (0.2 s to import)

        self.about, self.settings, self.hashes = about, settings, hashes
        self.base = settings.public_url
        self.modified = about.published_at.date()
        self.publisher = _Url(
            f"{ORGANISATION}{settings.publisher_org_number}"
            if settings.publisher_org_number
            else f"{self.base}#utgivare"
        )
        self.contact = _Url(f"{self.base}#kontakt")
        self.graph = Graph()
        for prefix, space in PREFIXES.items():
            self.graph.bind(prefix, space, replace=True)

    def describe(self, datasets: Sequence[Dataset], period: tuple[date, date] | None) -> None:
        """Everything: catalogue, publisher, contact, datasets and their distributions."""
        settings, home = self.settings, _Url(self.base)
        self.say(
            f"{self.base}#katalog",
            "dcat:Catalog",
            {
                "dcterms:title": {"sv": "Finsam-lagret", "en": "The Finsam warehouse"},
                "dcterms:description": {
                    "sv": "Öppna data om Sveriges samordningsförbund.",
                    "en": "Open data on Sweden's coordination associations.",
                },
                "dcterms:publisher": self.publisher,
                "dcterms:license": _Url(CC0),
                "dcterms:issued": self.about.first_issued.date(),
                "dcterms:modified": self.modified,
                "dcterms:language": _Url(f"{EU}language/SWE"),
                "dcterms:conformsTo": _Url(PROFILE),
                "foaf:homepage": home,
                "dcat:themeTaxonomy": _Url(f"{EU}data-theme"),
                "dcat:dataset": [_Url(f"{self.base}#{dataset.name}") for dataset in datasets],
            },
        )
        self.say(
            self.publisher,
            "foaf:Agent",
            {
                "foaf:name": settings.publisher_name,
                "foaf:homepage": home,
                "dcterms:type": _Url(PUBLISHER_TYPES + settings.publisher_type),
            },
        )
        self.say(
            self.contact,
            "vcard:Organization",
            {
                "vcard:fn": settings.contact_name,
                "vcard:hasEmail": _Url(f"mailto:{settings.contact_email}"),
            },
        )
        for dataset in datasets:
            self._dataset(dataset, self._period(period))

    def _dataset(self, dataset: Dataset, period: list[_Url]) -> None:
        self.say(
            f"{self.base}#{dataset.name}",
            "dcat:Dataset",
            {
                "dcterms:title": dataset.title,
                "dcterms:description": dataset.description,
                "dcterms:identifier": f"{self.base}#{dataset.name}",
                "dcterms:publisher": self.publisher,
                "dcat:contactPoint": self.contact,
                "dcat:keyword": [
                    {language: word} for language, words in KEYWORDS.items() for word in words
                ],
                "dcat:theme": [_Url(f"{EU}data-theme/{theme}") for theme in THEMES],
                "dcterms:issued": self.about.first_issued.date(),
                "dcterms:modified": self.modified,
                "dcterms:language": _Url(f"{EU}language/SWE"),
                "dcterms:spatial": _Url(SWEDEN),
                "dcterms:temporal": period,
                "dcterms:accrualPeriodicity": _Url(f"{EU}frequency/IRREG"),
                "dcterms:accessRights": _Url(f"{EU}access-right/PUBLIC"),
                "dcterms:conformsTo": _Url(DATA_PACKAGE),
                "dcat:version": self.about.version,
                "dcat:landingPage": _Url(self.base),
                "dcat:distribution": [_Url(self._file(d)) for d in dataset.distributions],
            },
        )
        for distribution in dataset.distributions:
            self._distribution(distribution)

    def _distribution(self, distribution: Distribution) -> None:
        """Several files are several download addresses, as the Swedish profile wants it."""
        node, names = self._file(distribution), distribution.files
        only = names[0] if len(names) == 1 else ""
        self.say(
            node,
            "dcat:Distribution",
            {
                "dcterms:title": distribution.title,
                "dcterms:description": distribution.description,
                "dcat:accessURL": _Url(self.base + (distribution.access or names[0])),
                "dcat:downloadURL": [_Url(self.base + name) for name in names],
                "dcterms:format": distribution.media,
                "dcat:mediaType": _Url(IANA + distribution.media),
                "dcat:byteSize": sum((self.about.staged / name).stat().st_size for name in names),
                "dcterms:license": _Url(self.settings.license_url),
                "dcterms:modified": self.modified,
                "dcatap:availability": _Url(f"{EU}planned-availability/AVAILABLE"),
                "dcterms:conformsTo": [_Url(to) for to in [distribution.conforms_to] if to],
                "spdx:checksum": [_Url(f"{node}-sha256")] if only else [],
            },
        )
        if only:
            self.say(
                f"{node}-sha256",
                "spdx:Checksum",
                {
                    "spdx:algorithm": _Url(f"{PREFIXES['spdx']}checksumAlgorithm_sha256"),
                    "spdx:checksumValue": self.hashes[only],
                },
            )

    def _period(self, period: tuple[date, date] | None) -> list[_Url]:
        """The period that the figures are about; none where there are no figures."""
        if period is None:
            return []
        node = _Url(f"{self.base}#period")
        first, last = period
        self.say(node, "dcterms:PeriodOfTime", {"dcat:startDate": first, "dcat:endDate": last})
        return [node]

    def _file(self, distribution: Distribution) -> str:
        return f"{self.base}#{distribution.name}-fil"

    def say(self, subject: str, kind: str, facts: Mapping[str, Any]) -> None:
        """`subject` is a `kind`, and of it hold `facts`: a value, a list, or texts by language."""
        from rdflib import RDF, URIRef  # noqa: PLC0415

        node = URIRef(subject)
        self.graph.add((node, RDF.type, _term(kind)))
        for predicate, values in facts.items():
            for value in values if isinstance(values, list) else [values]:
                for term in _objects(predicate, value):
                    self.graph.add((node, _term(predicate), term))


def _term(short: str) -> Any:
    from rdflib import URIRef  # noqa: PLC0415

    prefix, name = short.split(":")
    return URIRef(PREFIXES[prefix] + name)


def _objects(predicate: str, value: Any) -> list[Any]:
    """The terms that one value is: one per language of a text, one for anything else."""
    from rdflib import Literal, URIRef  # noqa: PLC0415

    if isinstance(value, Mapping):
        return [Literal(text, lang=language) for language, text in value.items()]
    if isinstance(value, _Url):
        return [URIRef(value)]
    typed = {"dcat:byteSize": "nonNegativeInteger", "spdx:checksumValue": "hexBinary"}
    if kind := typed.get(predicate):
        return [Literal(str(value), datatype=URIRef(PREFIXES["xsd"] + kind))]
    return [Literal(value)]

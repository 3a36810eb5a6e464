"""What no row holds together: charts and tables of courses, found before the tables are.

Belongs here: taking their lines out of the walk and making facts of them. Does not belong here:
deciding which number is whose (`charts`, `courses`).
"""

from dataclasses import dataclass
from decimal import Decimal

from .categories import Categories, find_categories
from .charts import Chart, find_charts
from .courses import Courses, find_courses
from .identity import Identity
from .sections import Document
from .source import Line, Source
from .statements import Draft
from .vocabulary import restore_words

_UNKNOWN = "tal ur ett diagram; vad det räknar framgår inte"
_DERIVED = "tal ur ett diagram; en stapel i gruppen saknar sitt tal"
_APART = "etikett och tal står isär"
_CUT = "talen på raden kan delas i kolumner på flera sätt"


@dataclass(frozen=True)
class Scattered:
    """The charts and tables of courses of a document."""

    charts: list[Chart]
    courses: list[Courses]
    categories: list[Categories]

    @property
    def lines(self) -> frozenset[int]:
        """The lines that they take."""
        spans = [c.lines for c in self.charts] + [c.lines for c in self.courses]
        return frozenset().union(*spans, *(c.lines for c in self.categories))


def find_scattered(source: Source) -> Scattered:
    """Find them, in the order of the document."""
    return Scattered(find_charts(source), find_courses(source), find_categories(source))


def scattered_facts(
    found: Scattered, document: Document, identity: Identity, *, worn: bool
) -> list[Draft]:
    """Facts of the charts and tables of courses."""
    drafts = []
    for chart in found.charts:
        title = _mended(chart.title, worn)
        for label in chart.labels:
            parts = [f"kon={label.kon}"] if label.kon else []
            parts += [f"alder={label.age}"] if label.age else []
            note = "" if label.sure else _DERIVED if label.known else _UNKNOWN
            status = "reconciled" if label.sure else "suspect"
            drafts.append(
                _draft(
                    document,
                    identity,
                    label.line,
                    (label.start, label.end),
                    "deltagare",
                    title,
                    ";".join(parts),
                    "antal",
                    Decimal(label.value),
                    (status, note),
                )
            )
    for courses in found.courses:
        for cell in courses.cells:
            drafts.append(
                _draft(
                    document,
                    identity,
                    cell.line,
                    (cell.start, cell.end),
                    "utbildning",
                    _mended(cell.label, worn),
                    f"kolumn={cell.column}",
                    cell.unit,
                    cell.value,
                    ("unchecked", "") if cell.sure else ("suspect", _CUT),
                )
            )
    for under in found.categories:
        for part in under.parts:
            apart = worn and not part.paired
            drafts.append(
                _draft(
                    document,
                    identity,
                    part.line,
                    (part.start, part.end),
                    "deltagare",
                    _mended(under.title, worn),
                    f"{part.key}={_mended(part.name, worn)}",
                    "antal",
                    Decimal(part.value),
                    ("suspect", _APART) if apart else ("unchecked", ""),
                )
            )
    return drafts


def _mended(label: str, worn: bool) -> str:
    return restore_words(label.replace("é", "ö")) if worn else label


def _draft(  # noqa: PLR0917
    document: Document,
    identity: Identity,
    line: Line,
    place: tuple[int, int],
    statement: str,
    label: str,
    breakdown: str,
    unit: str,
    value: Decimal,
    verdict: tuple[str, str],
) -> Draft:
    insats = document.claimed.get(line.number)
    return Draft(
        line=line.number,
        start=place[0],
        page=line.page,
        statement=statement,
        label=label,
        post_code="",
        insats=insats.name if insats else "",
        insatstyp=insats.kind if insats else "",
        breakdown=breakdown,
        scenario="utfall",
        period_start=identity.period_start,
        period_end=identity.period_end,
        unit=unit,
        value=value,
        printed=line.printed(*place),
        status=verdict[0],
        note=verdict[1],
    )

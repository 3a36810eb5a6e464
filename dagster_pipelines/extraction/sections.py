"""Walk a document once: headings, tables in their statements, running text in between.

Belongs here: which lines make up which table, the statement and unit that hold there, layouts
in which labels and figures stand apart. Does not belong here: readings of figures.
"""

import itertools
import re
from dataclasses import dataclass, field
from functools import lru_cache

from rapidfuzz import fuzz, process

from .columns import AMOUNT, beside_atoms, head_atoms, is_head
from .dates import find_spans
from .numbers import WIDE, Figure, cuts
from .participants import Statistic, is_measure, mended, read_line, topic_of
from .source import Line, Source
from .tables import (
    REFERENCE,
    SUM,
    Row,
    Table,
    is_label,
    is_rule,
    parse_row,
    split_cells,
)
from .vocabulary import (
    Insats,
    find_insats,
    fold,
    group_headings,
    headings,
    insatser,
    labels_of,
    rules,
    skeleton,
)

STATEMENTS = ("resultatrakning", "balansrakning", "kassaflode")
MAX_HEAD = 260  # characters of a line of a table's head
SHORT = 140  # characters of a line that can be a title, a head or a label
TITLE_GAP = 4  # lines from a title to the first row that could itself be taken for a title
_AMBIGUOUS = {
    "deltagare",
    "personal",
    "prognos",
    "mal",
    "ekonomi",
    "finansiering",
    "medlemsbidrag",
    "oversikt",
    "kassaflode",
    "statistik",
    "nyckeltal",
    "insatser",
    "antal deltagare",
    "individinriktade insatser",
    "strukturovergripande insatser",
    "kostnadsfordelning",
}
_NUMBERING = re.compile(r"^(?:#{1,6}\s*)?(?:\d{1,2}(?:\.\d{1,2})*\.?\s+)?")
_NOTE = re.compile(r"^(?:#{1,6}\s*)?[*_]*not(?:\.|er)?\s*(\d{1,2})(?!\d)\s*[.:)–-]?\s*(.*)$")
_TOC = re.compile(r"(?:\.{2,}|…|\s)\s*\d{1,3}\s*$")
_UNIT = [
    (
        "TSEK",
        re.compile(
            r"(?<![a-z])(?:tkr|ksek|kkr|tsek|t[un]s[ec]nta[l1i]s?\s*(?:kronor|kr)?|"
            r"1\s?000\s?-?tal\s*(?:kronor|kr)|1000-tals kronor)(?![a-z])"
        ),
    ),
    ("MSEK", re.compile(r"(?<![a-z])(?:mkr|mnkr|msek|miljoner\s+kronor|miljoner\s+kr)(?![a-z])")),
    ("SEK", re.compile(r"(?<![a-z])(?:kr|kronor|sek|hela kronor)(?![a-z])")),
]


def unit_in(text: str) -> str:
    """The unit of money that a heading or head declares: TSEK, MSEK, SEK or ''."""
    folded = fold(text)
    found = [(m.start(), name) for name, pattern in _UNIT if (m := pattern.search(folded))]
    if not found:
        return ""
    names = [name for _, name in found]
    return names[0] if names[0] != "SEK" else "SEK"


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading: the statement it opens ('' closes), its title, what follows on its line."""

    statement: str
    title: str
    rest: str
    note: str = ""
    numbered: bool = False


def heading_of(text: str, inside: str, after_blank: bool) -> Heading | None:  # noqa: PLR0911, PLR0912
    """Read a line as a heading of a section, None when it is none."""
    stripped = text.strip().strip("*_| \t")
    if not 3 <= len(stripped) <= 130 or ("\t" in stripped.strip() and not stripped[0].isdigit()):
        return None
    folded = fold(stripped)
    if (
        folded.startswith(("not", "#", "*"))
        and (match := _NOTE.match(folded))
        and not (find_spans(stripped) and not beside_atoms(stripped))
    ):
        rest = stripped[match.start(2) :].strip(" *_")
        if not rest or any(map(str.isalpha, rest)):
            return Heading("not", rest or f"Not {match[1]}", rest, match[1])
    numbered = _NUMBERING.match(stripped)
    numbering = numbered.group() if numbered else ""
    body = stripped[len(numbering) :].strip(" *_:.")
    if not body or not body[0].isalpha() or (not numbering and AMOUNT.search(body)):
        return None
    key = skeleton(body)
    known = headings()
    marked = bool(numbering.strip()) or (after_blank and not inside)
    suffixed = body.lower().rstrip(".:)").endswith(_SUFFIXES)
    bare = skeleton(_SUFFIX.sub("", body)) if suffixed else key
    if bare in known:
        statement = known[bare]
        if bare in _AMBIGUOUS and not numbering.strip():
            fresh = bare == "kassaflode" and inside != "kassaflode" and after_blank
            if not fresh and (inside or not marked):
                return None
        if statement in ("mal", "personal") and not numbering.strip():
            return None
        return Heading(statement, body, "", numbered=bool(numbering.strip()))
    if (
        after_blank
        and len(body.split()) <= 8
        and _COST_HEADING.search(bare.replace("budgct", "budget").replace("lnsats", "insats"))
        and not _sentence(body)
        and not any(map(str.isdigit, bare))
    ):
        return Heading("driftredovisning", body, "", numbered=bool(numbering.strip()))
    words = body.split()
    prefixes = _prefixes(words)
    opened: str | None
    for count in range(len(prefixes), 0, -1):
        prefix = prefixes[count - 1]
        opened = _statement_heading(prefix)
        if opened is None or prefix in _AMBIGUOUS or (opened == "prognos" and inside):
            continue
        rest = " ".join(words[count:])
        atoms = head_atoms(rest)
        only_number = _LONE_NUMBER.fullmatch(rest)
        if only_number:
            return Heading("toc", body, "")
        left = beside_atoms(rest)
        leftover = [w for w in left.split() if len(w) > 1]
        if (
            (atoms or unit_in(rest) or not leftover)
            and len(leftover) <= 1
            and not any(map(str.isdigit, left))
        ):
            return Heading(opened, body, rest)
        if _forbund_name(rest):
            return Heading(opened, body, rest)
    if len(key) >= 8 and len(words) <= 6:
        opened = _statement_heading(key)
        if opened is not None and key not in _AMBIGUOUS:
            return Heading(opened, body, "")
    if (
        numbering.strip().count(".") >= 1
        and len(words) <= 14
        and not re.search(r"\d{3}", body)
        and not _TOC.search(stripped)
        and body[0].isupper()
        and not inside
    ):
        return Heading("text", body, "")
    if (
        after_blank
        and numbering.strip()
        and len(words) <= 8
        and body[0].isupper()
        and not any(map(str.isdigit, body))
        and not _sentence(body)
        and not stripped.endswith((".", ":", ","))
    ):
        return Heading("text", body, "", numbered=True)
    if _DEEP.match(numbering) and body[0].isupper() and len(words) <= 14:
        return Heading("text", body, "")
    return None


def _prefixes(words: list[str]) -> list[str]:
    """Skeletons of the first word, the first two and so on, six at most and never all."""
    found: list[str] = []
    prefix = ""
    for word in words[: min(6, len(words) - 1)]:
        if key := skeleton(word):
            prefix = f"{prefix} {key}" if prefix else key
        found.append(prefix)
    return found


_LONE_NUMBER = re.compile(r"\W*\d{1,3}\W*")
_DEEP = re.compile(r"\d{1,2}(\.\d{1,2})+\.?\s")
_SUFFIX = re.compile(
    r"[\s,]*\(?(?:belopp )?(?:i )?(?:tkr|kr|mkr|tusental kronor|kronor|sek|"
    r"[kt]sek)\)?[.:]?$|[\s,]*forts(?:\.|ättning)?$",
    re.I,
)
_SUFFIXES = ("kr", "kronor", "sek", "tsek", "forts", "fortsättning")
_DIGIT = re.compile(r"\d")
_LETTER = re.compile(r"[^\W\d_]")
_MAY_HOLD_FIGURES = re.compile(r"[\dOo–-]")
_COST_HEADING = re.compile(
    r"^(?:drift|budget|utfall|ekonomi|kostnad|"
    r"verksamhetens kostnad)\w*\b.*\b(?:insats\w*|verksamhet\w*|aktivitet\w*|"
    r"uppfoljning|redovisning|avrakning)$"
    r"|^(?:insatsernas|insats|insatser) .*(?:kostnad|budget|ekonomi|utfall)"
)


def _forbund_name(rest: str) -> bool:
    return bool(re.match(r"(?:for |i )?(?:samordningsforb|finsam)", skeleton(rest)))


_FUZZY = {
    k: v
    for k, v in headings().items()
    if v in STATEMENTS
    or k
    in (
        "driftredovisning",
        "noter",
        "kassaflodesanalys",
        "styrelsens underskrift",
        "styrelsens beslut",
        "oversikt over verksamhetens utveckling",
        "ekonomisk rapportering",
    )
}


_FUZZY_KEYS = list(_FUZZY)


@lru_cache(maxsize=8192)
def _statement_heading(key: str) -> str | None:
    known = headings()
    if key in known:
        return known[key]
    if len(key) < 8 or key.startswith(("resultatet", "balansen")):
        return None
    hit = process.extractOne(key, _FUZZY_KEYS, scorer=fuzz.ratio, score_cutoff=86)
    if hit is None:
        return None
    if key.startswith(hit[0]) and len(key) - len(hit[0]) in (1, 2):  # resultaträkningen
        return None
    return _FUZZY[hit[0]]


@dataclass(slots=True)
class _Item:
    kind: str  # label, row, values
    line: Line
    row: Row | None = None
    blank_before: bool = False


@dataclass
class Document:
    """What the walk found: tables in order and the lines of running text with their context."""

    tables: list[Table] = field(default_factory=list)
    prose: list[tuple[Line, str, Insats | None, str]] = field(default_factory=list)
    units: dict[str, int] = field(default_factory=dict)
    statistics: list[Statistic] = field(default_factory=list)
    claimed: dict[int, Insats | None] = field(default_factory=dict)  # lines read elsewhere


class Walker:
    """One pass over a source, collecting tables and running text.

    `claimed`: numbers of lines that charts and the like have taken; only their insats is noted.
    """

    def __init__(
        self, source: Source, forbund_id: str, claimed: frozenset[int] = frozenset()
    ) -> None:
        self.source = source
        self.claimed = claimed
        self.forbund_id = forbund_id
        self.document = Document()
        self.statement = ""
        self.title = ""
        self.note = ""
        self.unit = ""
        self.heads: list[Line] = []
        self.items: list[_Item] = []
        self.insats: Insats | None = None
        self.has_insatser = bool(insatser(forbund_id))
        self.section_line = 0
        self.topic = ""
        self.topic_text = ""
        self.name = ""  # the last short heading: perhaps a new insats
        self.begun: tuple[Insats | None, str] = (None, "")  # insats and name at the first row
        self.goal = False
        self.torn = False
        self.feet: list[str] = []

    def walk(self) -> Document:
        """Read every line once."""
        blank = True
        furniture = self.source.furniture
        feet = (fold(x.text) for x in self.source.lines if x.number in furniture)
        self.feet = list(dict.fromkeys(f for f in feet if len(f) > 12))[:12]
        for line in self.source.lines:
            text = line.text
            if not text.strip():
                if "<td" in line.raw and self.items:
                    self.items.append(_Item("values", line, Row(line, "", (), 0, tabbed=[[None]])))
                else:
                    blank = True
                continue
            if line.number in self.claimed:
                self._flush(keep=True)
                self.topic, self.heads = "", []
                self.document.claimed[line.number] = self._about()
                continue
            if line.number in furniture or (self.items and self._is_furniture(text)):
                self.torn = any(item.row is not None for item in self.items)
                continue
            if is_rule(text) or (_SPECK.fullmatch(text) and not unit_in(text)):
                continue
            self._line(line, text, blank)
            blank = False
        self._flush()
        return self.document

    def _is_furniture(self, text: str) -> bool:
        """A page's head or foot that OCR has made unlike the others, in the middle of a table."""
        if len(text) > 80:
            return False
        folded = fold(text)
        if _LETTERHEAD.match(folded):
            return True
        return (
            bool(self.feet)
            and any(map(str.isalpha, folded))
            and bool(process.extractOne(folded, self.feet, scorer=fuzz.ratio, score_cutoff=88))
        )

    def _line(self, line: Line, text: str, blank: bool) -> None:
        """What one line is: the first that will have it takes it, else it is running text."""
        short = len(text) <= SHORT
        ruled = len(text) <= MAX_HEAD and ("|" in text or "\t" in text or "   " in text)
        if (short or ruled) and self._titled(line, text, blank):
            return
        parted = blank
        if self.torn:  # a page ended here: the blank lines around its foot part nothing
            self.torn = blank = False
        if self._statistic(line, text, short) or self._nothing(line, text, blank):
            return
        if short and self._head_words(line, text, blank):
            return
        row = parse_row(line) if _MAY_HOLD_FIGURES.search(text) else None
        if self._figures(line, text, row, blank):
            return
        if short and (self._unit_line(text) or self._label(line, text, row, blank, parted)):
            return
        self._running_text(line, text)

    def _titled(self, line: Line, text: str, blank: bool) -> bool:
        """A heading, or a line of a table's head."""
        begun = self.items or self.heads or line.number - self.section_line <= TITLE_GAP
        cell = line.raw.lstrip().startswith(("<t", "</t"))
        if line.raw.lstrip().startswith("<td") and REFERENCE.fullmatch(text.strip()):
            self.items.append(_Item("values", line, Row(line, "", (), 0, tabbed=[[None]])))
            return True
        cornered = None if cell else _cornered(text)
        if cornered is not None and not self._known_row(line):
            if cornered[0].statement != self.statement or not self.items:
                self._open(cornered[0], line)
            self._head(line._replace(text=cornered[1], offsets=None), cornered[1])
            return True
        heading = None if cell else heading_of(text, self.statement if begun else "", blank)
        grouped = heading is not None and self.heads and skeleton(heading.title) in _AMBIGUOUS
        if heading is not None and not (grouped and heading.statement == ""):
            self._open(heading, line)
            return True
        if (
            is_head(text)
            and not self._is_year_row(text, blank)
            and not self._known_row(line)
            and not self._measured(line)
        ):
            self._head(line, text)
            return True
        return False

    def _measured(self, line: Line) -> bool:
        """`Totalt antal deltagare`: a row's label, though it could head a column."""
        among = self.statement == "deltagare" or "<td" in line.raw
        return among and _MEASURE_LABEL.fullmatch(fold(line.text)) is not None

    def _nothing(self, line: Line, text: str, blank: bool) -> bool:
        """`Avsättningar  Inga` in a balance sheet: a figure of zero."""
        none = _NONE.match(text) if self.statement == "balansrakning" else None
        if none is None or not self._knows(none[1]):
            return False
        figure = Figure(0, 50, none.start(2), none.end(2), False, False, False)
        row = Row(line, none[1].strip(), (), none.start(2), tabbed=[[figure]])
        self.items.append(_Item("row", line, row, blank))
        return True

    def _head_words(self, line: Line, text: str, blank: bool) -> bool:
        """Words alone on a line that belong to a head: of the table to come, or of a block."""
        if text.strip() == "%" and self.heads and not self.items:  # `Förbrukat` above it
            self.heads.append(line)
            return True
        wordy = len(text.strip()) < 25 and not _DIGIT.search(text) and _LETTER.search(text)
        celled = line.raw.lstrip().startswith("<td")
        if wordy and not celled and not self._knows(text) and not self._measured(line):
            atoms, left = head_atoms(text), beside_atoms(text)
            if not atoms and not left and not unit_in(text) and not self.items:
                return True
            head_cell = bool(self.heads) or "<th" in line.raw
            if atoms and not left and head_cell and all(i.kind == "label" for i in self.items):
                self.heads.append(line)
                return True
        if self._heads_block(text, blank):
            self.items.append(_Item("head", line))
            return True
        return False

    def _figures(self, line: Line, text: str, row: Row | None, blank: bool) -> bool:
        """A row of figures, or of marks that stand for nothing."""
        if row is not None:
            if not self._accept(row):
                return False
            kind = "row" if any(map(str.isalpha, row.label)) else "values"
            if not any(i.row is not None for i in self.items):
                self.begun = (self.insats, self.name)
            self.items.append(_Item(kind, line, row, blank))
            return True
        if _BLANKS.fullmatch(text) and any(i.kind == "label" for i in self.items):
            count = sum(c in "-–—−*" for c in text)
            blanks: list[list[Figure | None]] = [[None] for _ in range(count)]
            self.items.append(_Item("values", line, Row(line, "", (), 0, tabbed=blanks), blank))
            return True
        return len(text) <= SHORT and bool(
            _BLANK_ROW.match(text) or (text.rstrip().endswith("...") and _LED_NOWHERE.match(text))
        )

    def _unit_line(self, text: str) -> bool:
        """`(Belopp i tkr)`: the unit of the table to come; True when the line says no more."""
        unit = "" if _DIGIT.search(fold(text)) else unit_in(text)
        if not unit or len(text.split()) > 9:
            return False
        self.unit = self.unit or unit
        self._count(unit)
        return not self.items

    def _label(self, line: Line, text: str, row: Row | None, blank: bool, parted: bool) -> bool:
        """A label without figures, or a part of one; `parted`: by blank lines, a foot or both."""
        if not is_label(text):
            return False
        tabular = self.statement in ("not", "driftredovisning", *STATEMENTS)
        if not split_cells(text) and (not _sentence(text) or self._knows(text)):
            self._note_insats(text)
            waiting = bool(self.items) and self.items[-1].kind == "label"
            named = (blank if waiting else parted) and _name_like(text)
            named = named and self.statement not in STATEMENTS
            if named and not is_measure(text):
                if "<t" not in line.raw and self._counting():
                    self._flush(keep=True)  # the next insats, counted in the same columns
                self.name = text.strip(" #*_:\t|")
                self.topic = ""
            if not tabular:
                self.document.prose.append((line, self.statement, self._about(), self.title))
        elif not (tabular and self.items and row is None and split_cells(text)):
            return False
        if len(self.items) == 1 and is_measure(text) and self._is_name(self.items[0]):
            self.items = []
        self.items.append(_Item("label", line, None, blank))
        return True

    def _is_name(self, item: _Item) -> bool:
        """Whether a label is the heading that names the insats, no label of the table."""
        return item.kind == "label" and item.line.text.strip(" #*_:\t|") == self.name

    def _counting(self) -> bool:
        """Whether a table of participants is under way, and no label waits for figures."""
        if self.statement in (*STATEMENTS, "not", "driftredovisning"):
            return False
        plain = [i for i in self.items if i.kind != "head"]
        if not plain or plain[-1].kind == "label":
            return False
        labels = [i.row.label for i in plain if i.kind == "row" and i.row is not None]
        labels += [
            label.line.text
            for label, values in itertools.pairwise(plain)
            if label.kind == "label" and values.kind == "values"
        ]
        return bool(labels) and all(map(is_measure, labels))

    def _running_text(self, line: Line, text: str) -> None:
        self._flush(keep=True)
        self.topic = ""
        self.goal = bool(_GOALS_BELOW.search(fold(text)))
        self.document.prose.append((line, self.statement, self._about(), self.title))

    def _about(self) -> Insats | None:
        """The insats that running text is about; without kind and aliases, a heading's guess."""
        if self.insats is not None or not self.name:
            return self.insats
        return Insats(self.name, "", ())

    def _heads_block(self, text: str, blank: bool) -> bool:
        """`Kostnad`, `Periodens`, `Per`: part of the head of a block of figures, no label."""
        if not self.items or not (blank or self.items[-1].kind == "head"):
            return False
        if len(text.strip()) > 24 or _DIGIT.search(text) or self._knows(text):
            return False
        blockwise = sum(i.kind == "label" for i in self.items) >= 2 and all(
            i.kind != "row" for i in self.items
        )
        if not blockwise:
            return False
        atoms, left = head_atoms(text), beside_atoms(text)
        words = {a.kind for a in atoms}
        counted = any(i.kind == "label" and is_measure(i.line.text) for i in self.items)
        known = _PEOPLE_HEADS if counted else _BLOCK_HEADS
        return fold(text).strip() == "per" or (bool(words) and not left and words <= known)

    def _statistic(self, line: Line, text: str, short: bool) -> bool:
        """Lines of participant statistics, outside the statements."""
        if self.statement in (*STATEMENTS, "not", "driftredovisning", "prognos", "insats_ekonomi"):
            return False
        if short and not _DIGIT.search(fold(text)):
            if topic := topic_of(text):
                self._flush(keep=True)
                self.topic, self.topic_text = topic, text.strip(" :*#\t|")
                return True
            return False
        if not short:
            return False
        known = self.insats
        insats = known.name if known else self.name
        found = read_line(
            line, self.topic, self.topic_text, insats, known.kind if known else "", self.goal
        )
        if found is None:
            return False
        self._flush(keep=True)
        self.document.statistics.append(found)
        return True

    def _is_year_row(self, text: str, blank: bool) -> bool:
        """An amount that looks like a year (`2027`), in the middle of figures."""
        if not re.fullmatch(r"\s*\d{4}\s*", text) or not self.items:
            return False
        last = self.items[-1]
        figures = any(i.kind == "values" for i in self.items)
        if last.kind == "label":
            return figures  # a label, its figure, a label: no blocks
        if blank and any(i.kind == "head" and _YEAR.fullmatch(i.line.text) for i in self.items):
            return False  # the block before had a year alone for its head
        if last.kind == "head" and figures:
            atoms = head_atoms(last.line.text)  # `Januari-april` waits for its year
            return any(a.kind in _DATED and (a.last or not a.months) for a in atoms)
        return last.kind == "values"

    def _known_row(self, line: Line) -> bool:
        """A row of the statement whose amounts look like years: `Intäkter 2035 1994`."""
        row = parse_row(line) if self.statement in STATEMENTS else None
        return row is not None and bool(row.label) and self._knows(row.label)

    def _count(self, unit: str) -> None:
        self.document.units[unit] = self.document.units.get(unit, 0) + 1

    def _open(self, heading: Heading, line: Line) -> None:
        if heading.statement == "toc":
            return
        self._flush()
        self.topic, self.goal, self.torn = "", False, False
        self.name = (
            heading.title if heading.statement == "text" and _name_like(heading.title) else ""
        )
        self.statement = "" if heading.statement == "text" else heading.statement
        self.title = heading.title
        self.note = heading.note
        self.unit = unit_in(heading.title) if heading.statement not in ("", "text") else ""
        if self.unit:
            self._count(self.unit)
        self.section_line = line.number
        found = self._insats_of(heading.title) if self.has_insatser else None
        if (
            found is not None
            or heading.statement in (*STATEMENTS, "text", "not", "driftredovisning")
            or heading.numbered
        ):
            self.insats = found
        if heading.rest and (head := _head_of_heading(line, heading)) is not None:
            self.heads.append(head)

    def _head(self, line: Line, text: str) -> None:
        unit = unit_in(text)
        kinds = {a.kind for a in head_atoms(text)}
        if self.statement in STATEMENTS and {"income", "cost", "net"} <= kinds:
            above = [] if self.items else self.heads
            self._flush()  # a driftredovisning whose title was not understood
            self.statement, self.title, self.heads = "driftredovisning", text.strip(), above
        if self.statement == "balansrakning" and kinds & _NOT_OF_A_DAY and not self.items:
            above = self.heads
            self._flush()  # another table whose title was not understood
            self.heads = above
        if any(i.kind in ("row", "values") for i in self.items):
            timed = any(
                a.kind
                in (
                    "date",
                    "range",
                    "year",
                    "utfall",
                    "budget",
                    "bokslut",
                    "prognos",
                    "previous",
                    "avvikelse",
                )
                for a in head_atoms(text)
            )
            blockwise = sum(i.kind == "label" for i in self.items) >= 3 and all(
                i.kind in ("label", "values", "head") for i in self.items
            )
            counted = sum(a.kind in _COUNTING for a in head_atoms(text)) >= 2
            if (timed or counted) and not blockwise:
                same = any(h.text.split() == line.text.split() for h in self.heads)
                if same:
                    return
                self._flush(keep=True)
                self.heads = []
            elif not timed and not blockwise:
                return
        if unit:
            self._count(unit)
            self.unit = self.unit or unit
        if sum(i.kind == "label" for i in self.items) >= 3 and all(
            i.kind != "row" for i in self.items
        ):
            self.items.append(_Item("head", line))
        else:
            self.heads.append(line)

    def _note_insats(self, text: str) -> None:
        if not self.has_insatser or len(text) > 90 or self.statement in STATEMENTS:
            return
        found = self._insats_of(text)
        if found is not None:
            self.insats = found

    def _insats_of(self, text: str) -> Insats | None:
        stripped = _BEFORE_WORDS.sub("", text)
        if (found := find_insats(self.forbund_id, stripped)) is not None:
            return found
        for part in _BETWEEN_PARTS.split(stripped):
            if len(part) > 3 and (found := find_insats(self.forbund_id, part)) is not None:
                return found
        return None

    def _accept(self, row: Row) -> bool:  # noqa: PLR0911
        label = row.label
        words = label.split()
        if row.tabbed is not None:
            return len(words) <= 16 and len(label) <= 120
        if not any(map(str.isalpha, label)):
            if any(map(str.isalpha, row.line.text[: row.label_end])):
                return False
            if not self.items and len(row.pieces) == 1 and len(row.pieces[0].digits) < 3:
                return False
            return bool(self.items or self.statement)
        if len(words) > 13 or len(label) > 110:
            return False
        if _AMOUNT_LIKE.search(label) and not _DATE_LIKE.search(label):
            return False
        letters = sum(map(str.isalpha, label))
        if letters < 2:
            return False
        known = self._knows(label)
        if self.statement in STATEMENTS:
            return known or len(words) <= 9
        if self.statement in (
            "driftredovisning",
            "not",
            "prognos",
            "oversikt",
            "insats_ekonomi",
            "medlemsbidrag",
        ):
            if len(words) <= 4 and words[-1] == "och":  # goes on below the figures
                return True
            told = _sentence(label) or _TAIL_WORD.search(mended(label))
            return not (told or _TOLD.search(mended(label))) and (known or len(words) <= 9)
        if (
            _sentence(label)
            or _TAIL_WORD.search(mended(label))
            or _TOLD.search(mended(label))
            or _NOT_ROW.search(mended(label))
        ):
            return False
        return len(words) <= 8

    def _knows(self, label: str) -> bool:
        return self.statement in STATEMENTS and labels_of(self.statement).find(label) is not None

    def _flush(self, keep: bool = False) -> None:
        """Close the table under way; `keep`: the section goes on after running text."""
        items, self.items = self.items, []
        heads = list(self.heads)
        if any(i.row is not None for i in items):
            rows, stacked = arrange(items, self.statement)
            if rows and not stacked:
                heads += [i.line for i in items if i.kind == "head"]
            if rows:
                table = Table(
                    self.statement,
                    self.title,
                    self.unit,
                    heads,
                    rows,
                    note=self.note,
                    first_line=rows[0].line.number,
                    insats_heading=self.begun[0].name if self.begun[0] else "",
                    stacked_heads=stacked,
                    name_heading=self.begun[1],
                )
                self.document.tables.append(table)
            self.heads = []
        elif not keep:
            self.heads = []
        if not keep:
            self.statement = ""
            self.unit = ""
            self.note = ""


_BEFORE_WORDS = re.compile(r"^[\W\d]+")
_BETWEEN_PARTS = re.compile(r"[-–:.,]\s*")
_AMOUNT_LIKE = re.compile(r"\d{3}")
_DATE_LIKE = re.compile(r"\d{4}-\d\d-\d\d|20\d\d|\d{6}")
_GOALS_BELOW = re.compile(r"malen\b.{0,80}(?:nedan|:\s*$)|^mal\w* for .{0,40}:\s*$")
_YEAR = re.compile(r"\s*20\d\d\s*")
_NOT_OF_A_DAY = {"budget", "prognos", "avvikelse", "used", "income", "cost"}
_COUNTING = {"count", "women", "men", "total"}
_DATED = {"date", "range", "year", "to"}
_BLOCK_HEADS = {
    "avvikelse",
    "bokslut",
    "budget",
    "cost",
    "income",
    "net",
    "part",
    "previous",
    "prognos",
    "share",
    "used",
    "utfall",
    "whole",
}
_PEOPLE_HEADS = _BLOCK_HEADS | {"total", "women", "men"}
_MEASURE_LABEL = re.compile(
    r"\W*(?:totalt |tot\.? |summa )?(?:antal )?(?:unika )?de[il1]tagare(?: totalt)?\W*"
)
_NOT_NAME = re.compile(
    r"statistik|deltagar|insatser|uppfolj|ekonomi|resultat|mal\b|maluppf|sammanfattn|"
    r"organisation|redovisning|"
    r"inledning|bakgrund|personal|andamal|verksamhet|styrelse|kvinnor|man\b|totalt|"
    r"period|forvantad|vasentlig|handelser|alder|forsorjning|utbildningsniv|avslut|inskriv|"
    r"pagaende|utbildningar|utbildningsins|kursl|kategori|\bkon\b|matt\b|utfall\b|budget\b|antal|summa"
)


def _name_like(text: str) -> bool:
    """Whether a short heading could name an insats."""
    stripped = text.strip(" #*_:\t|")
    return (
        3 <= len(stripped) <= 45
        and len(stripped.split()) <= 5
        and stripped[0].isupper()
        and not _NOT_NAME.search(fold(stripped))
        and not _forbund_name(stripped)
    )


_BEFORE_CORNER = re.compile(r"\s*\|?\s*")
_AFTER_CORNER = re.compile(r"[\t|]|\s\s+(?=\S)")


def _cornered(text: str) -> tuple[Heading, str] | None:
    """`Resultaträkning, tkr  2022-08-31`: the title that a head has in its corner; the rest."""
    if not ("\t" in text or "  " in text or "|" in text) or AMOUNT.search(text):
        return None
    before = _BEFORE_CORNER.match(text)
    start = before.end() if before is not None else 0
    after = _AFTER_CORNER.search(text, start)
    title = text[start : after.start()].rstrip() if after is not None else ""
    if not _LETTER.search(title):
        return None
    heading = heading_of(title, "", after_blank=True)
    if heading is None or heading.statement not in (*STATEMENTS, "driftredovisning"):
        return None
    head = text[:start] + " " * len(title) + text[start + len(title) :]
    words = skeleton(head).split()
    return (heading, head) if is_head(head) or (words and set(words) <= {"per", "not"}) else None


def _head_of_heading(line: Line, heading: Heading) -> Line | None:
    """The part of a heading's line that heads columns, at its place on the line."""
    at = line.text.rfind(heading.rest)
    if at < 0:
        return None
    kept = heading.rest
    if heading.statement == "not":
        spans = find_spans(kept)
        if not spans:
            return None
        kept = "".join(
            c if any(s.start <= i < s.end for s in spans) else " " for i, c in enumerate(kept)
        )
    if not head_atoms(kept):
        return None
    return Line(line.number, line.page, " " * at + kept, line.raw)


_LETTERHEAD = re.compile(
    r"\W*(?:\w+ )?samordnings?f.{0,2}rbund[^\d]*$|s[il1]d[a-z]? \d{1,3}(?: ?\(\d+\))?$"
)
_SPECK = re.compile(
    r"\s*(?:[^\s\d\-–—−*%]{1,2}|[.,'’°~_|] [.,'’°~_|])\s*"
)  # what OCR took for a letter or two
_BLANKS = re.compile(r"[\s|]*[-–—−*](?:[\s|]+[-–—−*])*[\s|]*")
_BLANK_ROW = re.compile(
    r"^[\s|]*[^\W\d_][^\t|]*?(?:(?:[ ]{2,}|[\t|])\s*[-–—−*]| [-–—−])(?:[\s|]+[-–—−*])*[\s|]*$"
)
_LED_NOWHERE = re.compile(r"^[^\d]*[^\W\d_][^\d]* \.{3,}\s*$")  # dots to a blank cell
_NONE = re.compile(r"^(.{4,60}?)[\s|]+((?:[Ii]nga|[Ii]ngen|[Ii]nget))[\s.|]*$")
_TOLD = re.compile(r"\b(?:uppgar|uppgick|blev|redovisar|redovisade|motsvarar|utgor)\b")
_NOT_ROW = re.compile(
    r"^\W*(?:sida|sid|tel|telefon|dnr|diarien\w*|kap|punkt|org\.?\s?n\w*|organisationsn\w*|arsredovisning|"
    r"delars\w+|halvarsrapport|tertialrapport|kvartalsrapport)\b|\bsida \d"
)
_TAIL_WORD = re.compile(
    r"\b(?:till|av|med|pa|under|for|ca|om|den|ar|var|som|och|i|per|cirka|att|fran|"
    r"sedan|maj|juni|augusti|januari)$"
)
_SENTENCE = re.compile(
    r"\b(?:har|skall|ska|som|ar|blev|uppgick|uppgar|visar|att|inte|kommer|kan|bedoms|"
    r"under|innebar|genomfors|betalar|foljer|samt att)\b"
)


def _sentence(text: str) -> bool:
    """Whether a short line reads like running text."""
    folded = fold(text)
    if len(_SENTENCE.findall(folded)) >= 1 and len(folded.split()) > 5:
        return True
    return folded.rstrip().endswith((".", ",")) and len(folded.split()) > 6


def arrange(items: list[_Item], statement: str) -> tuple[list[Row], list[list[Line]]]:
    """Bring labels and figures together, whatever the layout: rows, heads of stacked columns."""
    labels = sum(i.kind == "label" for i in items)
    rows = sum(i.kind == "row" for i in items)
    values = sum(i.kind == "values" for i in items)
    if values >= 2 and values > rows and labels >= 2:
        plain = [i for i in items if i.kind != "head"]
        runs = sum(
            1 for a, b in itertools.pairwise(plain) if a.kind == "label" and b.kind == "values"
        )
        if runs >= 2 and values <= 6.5 * runs and labels <= 2.6 * runs:
            return _alternating(plain, statement), []
        if (beside := _side_by_side(plain, statement)) is not None:
            return beside, []
        blocks = _blocks(items, statement)
        if blocks is not None:
            return blocks
        if not rows:  # blocks that no alignment fits: which figure is whose cannot be told
            return [], []
    return _standard([i for i in items if i.kind != "head"], statement), []


def _alternating(items: list[_Item], statement: str) -> list[Row]:
    """A label, then its figures on the line or lines after it."""
    found: list[Row] = []
    waiting: list[_Item] = []
    pending: list[Row] = []
    label = group = ""

    def close() -> None:
        if pending:
            row = _stacked_row(label, pending) if len(pending) > 1 else pending[0]
            row.label, row.group = label, group
            found.append(row)
            pending.clear()

    for item in items:
        if item.kind == "label":
            close()
            waiting.append(item)
            continue
        row = item.row
        assert row is not None
        if item.kind == "values":
            if waiting:
                label, used = _join_before(waiting, statement)
                if len(waiting) > used:
                    group = _label_text(waiting[-used - 1].line)
                waiting = []
            elif not label:
                continue
            pending.append(row)
        else:
            close()
            if waiting:
                group = _label_text(waiting[-1].line)
            row.group = group
            waiting = []
            found.append(row)
    close()
    return found


def _join_before(waiting: list[_Item], statement: str) -> tuple[str, int]:
    texts = [_label_text(i.line) for i in waiting]
    last = texts[-1]
    if len(texts) >= 2:
        joined = f"{texts[-2]} {last}"
        alone = _score(last, statement)
        both = _score(joined, statement)
        if both > alone + 3 or (alone == 0 and last[:1].islower()):
            return joined, 2
    return last, 1


def _label_text(line: Line) -> str:
    return line.text.strip().strip("|*_ \t:")


def _score(label: str, statement: str) -> float:
    if statement not in STATEMENTS:
        return 0.0
    hit = labels_of(statement).find(label)
    return hit[1] if hit else 0.0


def _standard(items: list[_Item], statement: str) -> list[Row]:  # noqa: PLR0912
    """Label and figures on one line; labels may begin above or go on below."""
    found: list[Row] = []
    used: set[int] = set()
    group = ""
    for n, item in enumerate(items):
        if item.kind == "label":
            continue
        row = item.row
        assert row is not None
        before = (
            items[n - 1]
            if n and items[n - 1].kind == "label" and n - 1 not in used and not item.blank_before
            else None
        )
        after = (
            items[n + 1]
            if n + 1 < len(items)
            and items[n + 1].kind == "label"
            and (not items[n + 1].blank_before or _label_text(items[n + 1].line)[:1].islower())
            else None
        )
        own = row.label
        if item.kind == "values":
            if before is None and n and items[n - 1].kind == "label" and n - 1 not in used:
                before = items[n - 1]
            if before is None:
                continue
            row.label = _label_text(before.line)
            used.add(n - 1)
            if n > 1 and items[n - 2].kind == "label" and n - 2 not in used:
                joined, count = _join_before([items[n - 2], before], statement)
                if count == 2:
                    row.label = joined
                    used.add(n - 2)
        else:
            choice = _best_join(own, before, after, statement)
            if choice == "before" and before is not None:
                row.label = f"{_label_text(before.line)} {own}"
                used.add(n - 1)
            elif choice == "after" and after is not None:
                row.label = f"{own} {_label_text(after.line)}"
                used.add(n + 1)
            elif choice == "both" and before is not None and after is not None:
                row.label = f"{_label_text(before.line)} {own} {_label_text(after.line)}"
                used.update((n - 1, n + 1))
        found.append(row)
    positions = {id(i.row): n for n, i in enumerate(items) if i.row is not None}
    for row in found:
        n = positions[id(row)]
        for k in range(n - 1, -1, -1):
            if items[k].kind == "label" and k not in used:
                group = _label_text(items[k].line)
                break
        row.group = group
    return found


_CUT = re.compile(r"(?:\b(?:fr[a4d]n|och|av|till|for|region|landsting)|[/-])$")


def _best_join(own: str, before: _Item | None, after: _Item | None, statement: str) -> str:
    alone = _score(own, statement)
    lower = alone >= 97 and own[:1].islower()
    if lower and before and _score(f"{_label_text(before.line)} {own}", statement) >= 90:
        return "before"
    if alone >= 97:
        after_joined = _score(f"{own} {_label_text(after.line)}", statement) if after else 0.0
        return (
            "after"
            if after_joined >= 99 and after is not None and _label_text(after.line)[:1].islower()
            else "own"
        )
    options = {"own": alone}
    if before is not None:
        options["before"] = _score(f"{_label_text(before.line)} {own}", statement)
    if after is not None:
        options["after"] = _score(f"{own} {_label_text(after.line)}", statement)
    best = max(options, key=lambda k: options[k])
    if options[best] > alone + 2:
        return best
    if alone == 0:
        goes_on = before is not None and _CUT.search(fold(_label_text(before.line)))
        if before is not None and (own[:1].islower() or goes_on):
            return "before"
        if after is not None and (_label_text(after.line)[:1].islower() or _CUT.search(fold(own))):
            return "after"
    return "own"


def _blocks(items: list[_Item], statement: str) -> tuple[list[Row], list[list[Line]]] | None:  # noqa: PLR0912
    """Labels in one block, the columns of figures in blocks after it: rows, heads per column."""
    labels = [i for i in items if i.kind == "label"]
    first_values = next(n for n, i in enumerate(items) if i.kind == "values")
    lead = [i for i in items[:first_values] if i.kind == "label"]
    if len(lead) >= 2:
        labels = lead
    texts = _joined_labels([_label_text(i.line) for i in labels], statement)
    blocks: list[list[Row]] = []
    heads: list[list[Line]] = []
    waiting: list[Line] = []
    headed = sum(i.kind == "head" for i in items[first_values:]) > 0 or any(
        i.kind == "head" for i in items[:first_values]
    )
    for item in items:
        if item.kind == "head":
            waiting.append(item.line)
        elif item.kind == "values" and item.row is not None:
            if not blocks or waiting or (item.blank_before and not headed and len(blocks[-1]) >= 2):
                blocks.append([])
                heads.append(waiting)
                waiting = []
            blocks[-1].append(item.row)
    size = len(blocks[0])
    if len(texts) != size == len(labels):
        texts = [_label_text(i.line) for i in labels]
    if any(len(b) != size for b in blocks):
        flat = [row for block in blocks for row in block]
        for count in (len(texts), size):
            if count and len(flat) % count == 0 and not any(heads[1:]):
                blocks = [flat[i : i + count] for i in range(0, len(flat), count)]
                heads = [heads[0], *([[]] * (len(blocks) - 1))]
                size = count
                break
        else:
            return None
    if size < 2 or size > len(texts) or len(blocks) > 10:
        return None
    placed = _by_offset([_label_text(i.line) for i in labels], blocks, heads)
    if placed is not None:
        return placed, heads if any(heads) else []
    chosen = texts if size == len(texts) else _choose(texts, blocks, statement)
    if chosen is None:
        return None
    rows = [_stacked_row(text, [block[n] for block in blocks]) for n, text in enumerate(chosen)]
    _group_rows(rows, chosen, texts)
    for row in rows:
        row.doubtful = len(chosen) != len(texts)
    return rows, heads if any(heads) else []


def _side_by_side(items: list[_Item], statement: str) -> list[Row] | None:
    """Labels in one block, then the columns beside each other: a line of figures per label."""
    values = [i.row for i in items if i.kind == "values" and i.row is not None]
    first = next(n for n, i in enumerate(items) if i.kind == "values")
    if any(i.kind != "label" for i in items[:first]) or sum(map(_apart, values)) * 4 < 3 * len(
        values
    ):
        return None
    printed = [_label_text(i.line) for i in items[:first]]
    texts = _joined_labels(printed, statement)
    if len(texts) < len(values) <= len(printed):
        texts = printed
    if len(values) > len(texts):
        return None
    chosen = texts if len(values) == len(texts) else _choose(texts, [values], statement)
    if chosen is None:
        return None
    for row, text in zip(values, chosen, strict=True):
        row.label = text
        row.doubtful = len(chosen) != len(texts)
    _group_rows(values, chosen, texts)
    return values


def _apart(row: Row) -> bool:
    """Whether a line of figures without a label surely holds more than one."""
    if row.tabbed is not None:
        return len(row.tabbed) > 1
    return any(p.gap >= WIDE for p in row.pieces[1:]) or 1 not in cuts(row.pieces)


def _by_offset(
    texts: list[str], blocks: list[list[Row]], heads: list[list[Line]]
) -> list[Row] | None:
    """Blank lines kept in the blocks for labels without a figure: labels by their place."""
    places: list[list[int]] = []
    for block, head in zip(blocks, heads, strict=True):
        numbers = [row.line.number for row in block]
        first = numbers[-1] - len(texts) + 1
        floor = head[-1].number if head else first - 1
        if first <= floor or numbers[0] < first or len(set(numbers)) != len(numbers):
            return None
        places.append([n - first for n in numbers])
    if any(p != places[0] for p in places) or len(places[0]) == len(texts):
        return None
    rows = []
    group = ""
    for i, text in enumerate(texts):
        if i not in places[0]:
            group = text
            continue
        at = places[0].index(i)
        row = _stacked_row(text, [block[at] for block in blocks])
        row.group = group
        rows.append(row)
    return rows


def _group_rows(rows: list[Row], chosen: list[str], texts: list[str]) -> None:
    group = ""
    at = 0
    for text in texts:
        if at < len(chosen) and text == chosen[at]:
            rows[at].group = group
            at += 1
        else:
            group = text


def _joined_labels(texts: list[str], statement: str) -> list[str]:
    out: list[str] = []
    for text in texts:
        if out and (
            text[:1].islower()
            or _score(f"{out[-1]} {text}", statement)
            > max(_score(out[-1], statement), _score(text, statement)) + 2
        ):
            out[-1] = f"{out[-1]} {text}"
        else:
            out.append(text)
    return out


def _value_label(text: str, statement: str) -> bool:
    """Labels that head a group in one report and carry a figure in another."""
    return (
        skeleton(text)
        in {
            "eget kapital",
            "kortfristiga skulder",
            "avsattningar",
            "langfristiga skulder",
            "anlaggningstillgangar",
            "fordringar",
            "kortfristiga fordringar",
            "verksamhetens intakter",
            "verksamhetens kostnader",
            "intakter",
            "kostnader",
            "rorelsens intakter",
            "rorelsens kostnader",
            "investeringsverksamheten",
            "finansieringsverksamheten",
            "administration",
        }
        and statement != ""
    )


def _stacked_row(label: str, parts: list[Row]) -> Row:
    base = parts[0]
    cells: list[list[Figure | None]] = []
    sources: dict[int, Line] = {}
    for part in parts:
        if part.tabbed is not None:
            figure = part.tabbed[0][0]
        else:
            figure = _first(part, 1)
            figure = figure._replace() if figure is not None else None  # its own identity
        cells.append([figure])
        if figure is not None:
            sources[id(figure)] = part.line
    return Row(base.line, label, base.pieces, base.label_end, tabbed=cells, sources=sources)


def _choose(texts: list[str], blocks: list[list[Row]], statement: str) -> list[str] | None:
    """More labels than figures: leave out those that head a group, as the identities tell."""
    drop = len(texts) - len(blocks[0])
    heads = group_headings(statement) if statement else None
    weights = []
    for text in texts:
        weight = 1.0 if _score(text, statement) >= 90 else 0.7
        if heads is not None and heads.near(text):
            weight -= 0.5 if _value_label(text, statement) else 0.95
        elif not _score(text, statement) and text.isupper():
            weight -= 0.4
        weights.append(
            weight + (0.4 if skeleton(text).startswith(("summa", "s a", "total")) else 0.0)
        )
    ranked = sorted(range(len(texts)), key=lambda i: (weights[i], i))
    doubtful = ranked[: drop + 5]
    values = [_single(row) for row in blocks[0]]
    best: tuple[float, list[str]] | None = None
    for nth, dropped in enumerate(itertools.combinations(doubtful, drop)):
        if nth > 400:
            break
        kept = [t for i, t in enumerate(texts) if i not in dropped]
        score = -sum(weights[i] for i in dropped) + 1.5 * _fit(kept, values, statement)
        if best is None or score > best[0] + 1e-9:
            best = (score, kept)
    return best[1] if best else None


def _single(row: Row) -> int | None:
    if row.tabbed is not None:
        figure = row.tabbed[0][0]
        return figure.value if figure else None
    figure = _first(row)
    return figure.value if figure else None


def _first(row: Row, places: int = 0) -> Figure | None:
    """The first figure of a row cut into as many as asked for, else into the fewest."""
    options = cuts(row.pieces)
    best = options.get(places) or next(iter(options.values()), None)
    return best[0].figures[0] if best else None


def _fit(labels: list[str], values: list[int | None], statement: str) -> float:
    """How many identities of the statement hold less how many break, rounded to ten units."""
    if statement not in STATEMENTS:
        return _sum_fit(labels, values)
    found: dict[str, int] = {}
    for label, value in zip(labels, values, strict=True):
        hit = labels_of(statement).find(label)
        if hit is not None and value is not None:
            code = hit[0].post_code
            found[code] = found.get(code, 0) + value
    score = 0.0
    for rule in rules():
        if rule.total[0] != statement or rule.total[1] not in found:
            continue
        parts = [found[p] for s, p in rule.parts if s == statement and p in found]
        if not parts:
            continue
        total = found[rule.total[1]]
        sums = (sum(parts), parts[0] - sum(parts[1:]))
        score += 1.0 if any(abs(total - s) <= 500 for s in sums) else -0.5
    return score


def _sum_fit(labels: list[str], values: list[int | None]) -> float:
    score, running = 0.0, 0
    for label, value in zip(labels, values, strict=True):
        if SUM.match(fold(label)) and value is not None:
            score += 1.0 if abs(running - value) <= 500 else -0.2
            running = 0
        else:
            running += value or 0
    return score

"""Figures in running text: results, budgets, participants, shares, goals.

Belongs here: sentences and lists outside tables, and what a figure in them is about. Does not
belong here: tables of figures (`tables`, `statements`).

A figure is taken only with a unit beside it (kr, procent, deltagare, månader ...) or as the last
thing of a list line; dates, years, section numbers and references are not figures.
"""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from .dates import MONTH, MONTHS, find_spans, month_end
from .identity import Identity
from .participants import category, kon_of
from .sections import Document
from .source import Line, Source
from .statements import Draft
from .vocabulary import Insats, find_insats, fold, restore_words

_NUMBER = re.compile(
    r"(?<![\w.,:/§&-])(?P<sign>[-+](?:\s(?=\d))?)?(?P<num>\d{1,3}(?:[ .]\d{3})+(?![\d])|"
    r"\d+)(?P<dec>,\d{1,2})?(?![\d:])"
)
_NOUN = (
    r"deltagare|deltagarna|personer|personen|individer|kvinnor|kvinna|man\b|mannen|"
    r"elever|ungdomar|unga|brukare|klienter|"
    r"arbetssokande|projektdeltagare|anmalningar|ansokningar|arenden|platser|besok|"
    r"samtal|moten|mote|styrelsemoten|"
    r"traffar|tillfallen|skolor|foretag|kartlaggningar|kontakter|registreringar|styrgruppsmoten|"
    r"informationstillfallen|avslut|utskrivningar|inskrivna|inskrivningar|avslutade|"
    r"nya|unika|tillfragade|anstallda|"
    r"medarbetare|handlaggare|coacher|coach|samordnare|kommuner|insatser|projekt|"
    r"enkater|svar|forbund|andra forbund|protokollforda|av dem|procentenheter"
)
_UNITS: list[tuple[str, re.Pattern[str]]] = [
    ("procent", re.compile(r"\s?(?:%|procent\b)")),
    ("MSEK", re.compile(r"\s?(?:mkr|mnkr|msek|miljoner kronor|miljoner kr)\b")),
    ("TSEK", re.compile(r"\s?(?:tkr|ksek|tusen kronor|tusen kr)\b")),
    ("SEK", re.compile(r"\s?(?:kr|kronor|sek|:-)(?![a-z])")),
    ("manader", re.compile(r"\s?(?:m[ad]nader|m[ad]nad|man\.)(?![a-z])")),
    ("ar", re.compile(r"\s?(?:ar|dr|aringar|aring)(?![a-z])")),
    (
        "tjanst",
        re.compile(
            r"\s?(?:tjanster|tjanst|arsarbetare|heltidstjanst|heltidstjanster|"
            r"coach(?:er)?\b(?=.*samordnare)|samordnare(?=[.,]))"
        ),
    ),
    ("antal", re.compile(rf"\s?(?:st\b|stycken\b|(?:[a-z]+\s)?(?:{_NOUN})|timmar|dagar|veckor)")),
]
_WORDS = {
    "halften": ("procent", Decimal(50)),
    "en fjardedel": ("procent", Decimal(25)),
    "fjardedel": ("procent", Decimal(25)),
    "en tredjedel": ("procent", Decimal("33.3")),
    "halvtid": ("tjanst", Decimal("0.5")),
}
_COUNT = {
    "en": 1,
    "ett": 1,
    "tva": 2,
    "tre": 3,
    "fyra": 4,
    "fem": 5,
    "sex": 6,
    "sju": 7,
    "atta": 8,
    "nio": 9,
    "tio": 10,
    "elva": 11,
    "tolv": 12,
}
_WORDED = re.compile(
    r"(?<![a-z])(halften|en fjardedel|fjardedel|en tredjedel|halvtid)(?![a-z])"
    r"|(?<![a-z])(" + "|".join(_COUNT) + r")(?=\s+manad(?:er)?\b)"
    r"|(?P<half>½)(?=\s+dag)"
)
_SHARED = re.compile(r"finansier|bidrag|medlen|tjanst|coach|vikariat|deltag|ansokning|andel")
_REFERENCE = re.compile(
    r"(?<![a-z])(?:sida|sid|kap|kapitel|punkt|fraga|kod|not|bilaga|steg|fas|dnr|nr|"
    r"diarienr|mal|malomrade|rkr r|r|§|kl|tel|telefon|version|halvar|kvartal|tertial|"
    r"q)\.?\s*$"
)
_GOAL_WORDS = re.compile(
    r"\b(?:ska|skall|mal|malet|malsattning|minst|hogst|overstiga|understiga|onskat)\b"
)
_BUDGET = re.compile(r"budget")
_FORECAST = re.compile(
    r"prognos|forvantas|berakna|bedoms uppga|helarsprognos|kommer att uppga|kommer.{0,30}overskott"
)


@dataclass(frozen=True, slots=True)
class _Context:
    line: Line
    section: str
    insats: Insats | None
    title: str
    before: str  # the folded end of the line before


def read_prose(
    document: Document, drafts: list[Draft], identity: Identity, source: Source
) -> list[Draft]:
    """Facts of the running text; lines on which a table stands are left alone."""
    taken = {d.line for d in drafts}
    found: list[Draft] = []
    previous = ""
    topic = ""
    state: dict[str, str] = {}
    for line, section, insats, title in document.prose:
        folded = fold(line.text)
        if line.number in taken or len(folded) > 1900:
            continue
        if len(folded) < 70 and not any(c.isdigit() for c in folded):
            topic = line.text.strip() if any(c.isalpha() for c in folded) else topic
        context = _Context(line, section, insats, title, previous[-90:])
        if any(c.isdigit() for c in folded) or _WORDED.search(folded):
            found.extend(_line(context, folded, identity, source, topic, state))
        previous = folded
    return found


def _line(  # noqa: PLR0917
    context: _Context,
    folded: str,
    identity: Identity,
    source: Source,
    topic: str,
    state: dict[str, str],
) -> list[Draft]:
    text = context.line.text
    if re.match(r"\s*(?:\d+[.\s]+)*\d*\s*\.{3,}", folded) or re.search(r"\.{4,}", folded):
        return []
    blocked = [(s.start, s.end) for s in find_spans(text)]
    found: list[Draft] = _goals(context, folded, identity, source, state)
    for match in _NUMBER.finditer(folded):
        start, end = match.span("num")
        if any(d.start == start for d in found):
            continue
        if any(a < end and start < b for a, b in blocked):
            continue
        unit, tail = _unit_after(folded, match)
        if not unit:
            continue
        if _REFERENCE.search(folded[max(0, start - 14) : start]):
            continue
        if unit == "ar" and not 0 < int(match["num"].replace(" ", "").replace(".", "")) < 110:
            continue
        begin = match.start() if match["sign"] else start
        finish = match.end()
        value = Decimal(re.sub(r"[ .]", "", match["num"]) + (match["dec"] or "").replace(",", "."))
        note = ""
        if match["sign"] and match["sign"].startswith("-"):
            if (
                re.search(r"[\w%]\s?$", folded[: match.start()])
                and " " not in match["sign"]
                and folded[: match.start()].endswith(tuple("0123456789"))
            ):
                begin = start
            else:
                value = -value
        elif re.search(r"-\s*$", context.before) and not folded[:start].strip():
            value, note = -value, "minustecknet står sist på raden före"
        if unit == "MSEK":
            value, unit, note = value * 1_000_000, "SEK", "tryckt i miljoner kronor"
        found.append(
            _make(context, folded, identity, source, begin, finish, value, unit, tail, note, topic)
        )
    found.extend(_ranges(context, folded, identity, source, found, topic))
    found.extend(_worded(context, folded, identity, source, topic))
    return found


def _unit_after(folded: str, match: re.Match[str]) -> tuple[str, int]:
    rest = folded[match.end() : match.end() + 45]
    for unit, pattern in _UNITS:
        hit = pattern.match(rest)
        if hit:
            if unit == "antal" and len(match["num"]) == 4 and match["num"][:2] in ("19", "20"):
                return "", 0
            return unit, match.end() + hit.end()
    money = folded[max(0, match.start() - 40) : match.start()]
    if " " in match["num"] and re.search(
        r"(?:utfall|resultat|budget\w*|kostnad\w*|intakt\w*|overskott|underskott|pa|mot)\s*$", money
    ):
        return "SEK", match.end()
    return "", 0


def _make(  # noqa: PLR0917
    context: _Context,
    folded: str,
    identity: Identity,
    source: Source,
    begin: int,
    finish: int,
    value: Decimal,
    unit: str,
    tail: int,
    note: str,
    topic: str,
) -> Draft:
    clause = _clause(folded, begin, finish)
    wide = f"{context.before} {folded[max(0, begin - 160) : finish + 60]}"
    label = _label(context, folded, begin, tail, source)
    scenario, statement = _about(context, clause, wide, unit, folded, begin, finish)
    known = _known_phrase(folded[max(0, begin - 90) : begin], folded[finish:], unit)
    if known is not None:
        label, scenario, statement = known
    start, end = _period(identity, scenario, clause)
    if (
        known is not None
        and scenario == "budget"
        and "helar" in folded[max(0, begin - 40) : begin]
        and end
    ):
        start, end = date(end.year, 1, 1), date(end.year, 12, 31)
    if (unit in {"SEK", "TSEK"}) and (
        re.search(r"eget kapital|kapitalet|likvida", clause)
        and label != "Resultat"
        and statement in ("mal", "oversikt")
    ):
        start = None
    if label in ("Soliditet", "Eget kapital"):
        start = None
    breakdown = ""
    after = folded[finish : finish + 25]
    kon = kon_of(after)
    if kon and unit in ("antal", "procent"):
        breakdown = f"kon={kon}"
    hit = category(label)
    if hit is not None and unit in ("antal", "procent"):
        breakdown = f"{hit[0]}={hit[1]}"
        label = restore_words(topic) if topic and hit[0] != "kon" else label
        statement = "deltagare"
    kind = ""
    insats = context.insats.name if context.insats else ""
    if label == "Antal deltagare" and (
        joined := re.search(r"deltagit i ([^,.]{2,40})", context.line.text)
    ):
        insats = joined.group(1).strip()
    if label in ("Administration", "Individinriktade insatser", "Strukturövergripande insatser"):
        kind = {"A": "administration", "I": "individinriktad", "S": "strukturovergripande"}[
            label[0]
        ]
    if not insats and len(folded) < 400 and (named := _named(identity, context.line.text)):
        insats = named
    if statement in ("oversikt",) or context.section in ("oversikt", "prognos"):
        insats = ""
    printed = context.line.printed(begin, finish)
    return Draft(
        context.line.number,
        begin,
        context.line.page,
        statement,
        label,
        "",
        insats,
        kind,
        breakdown,
        scenario,
        start,
        end,
        unit,
        value,
        printed,
        "unchecked",
        note,
    )


_PHRASES: list[tuple[re.Pattern[str], tuple[str, str, str]]] = [
    (
        re.compile(
            r"budgeterat\w*\s+(?:hel[ad]rs|delars|periodens )?resultat\s*(?:pa|om)?\s*(?:ca )?$"
        ),
        ("Budgeterat resultat", "budget", "oversikt"),
    ),
    (
        re.compile(
            r"resultat\w*[^.,\d]{0,45}(?:blev|uppgar till|uppgick till|blir|ar|pa)\s*(?:ca )?$"
        ),
        ("Resultat", "utfall", "oversikt"),
    ),
    (
        re.compile(r"kostnaderna\s+(?:uppgick|uppgar)[^.,]{0,25}till\s*$"),
        ("Verksamhetens kostnader", "utfall", "oversikt"),
    ),
    (
        re.compile(r"intakterna\s+(?:uppgick|uppgar)[^.,]{0,25}till\s*$"),
        ("Verksamhetens intäkter", "utfall", "oversikt"),
    ),
    (
        re.compile(r"eget kapital\w*\s+(?:uppgick|uppgar)[^.,]{0,25}till\s*$"),
        ("Eget kapital", "utfall", "oversikt"),
    ),
    (re.compile(r"soliditet\w*\s[^.,]{0,30}$"), ("Soliditet", "utfall", "nyckeltal")),
]


def _known_phrase(lead: str, after: str, unit: str) -> tuple[str, str, str] | None:
    """Label, scenario and statement of the phrases that reports state figures in."""
    if unit in ("SEK", "TSEK", "procent"):
        for pattern, found in _PHRASES:
            if pattern.search(lead) and (found[0] == "Soliditet") == (unit == "procent"):
                if found[0] == "Resultat" and re.search(r"prognos|budget|helar|forvant", lead):
                    continue
                return found
    if unit == "procent" and re.match(
        r"\s?%\s+(?:till )?(adm\w+|individ\w+ insatser|struktur\w+ insatser)", after
    ):
        kind = re.match(r"\s?%\s+(?:till )?(adm|ind|str)", after)
        assert kind is not None
        name = {
            "adm": "Administration",
            "ind": "Individinriktade insatser",
            "str": "Strukturövergripande insatser",
        }[kind[1]]
        return name, "utfall", "kostnadsfordelning"
    if unit == "antal" and (
        re.match(r"\s?(?:personer|deltagare|individer)\s+(?:har )?(?:deltagit|deltog)", after)
        or (re.search(r"deltagit i .{2,40}, varav\s*$", lead))
    ):
        return "Antal deltagare", "utfall", "deltagare"
    return None


_GOAL = re.compile(
    r"(?:^|[.:]\s*|minst |hogst )(\d{1,3})\s?%\s+av\s+(?:de |alla )?(deltagarna|"
    r"deltagare|individerna|personalen)\s+(sk(?:a|all)\s[^.;]{5,90}|"
    r"upplever[^.;]{5,90}|uppger[^.;]{5,90})"
)
_OUTCOME = re.compile(r"^\W*(?:utfall|resultat)\s*:\s*(?:ca )?(\d{1,3}(?:,\d)?)\s?%")


def _goals(
    context: _Context, folded: str, identity: Identity, source: Source, state: dict[str, str]
) -> list[Draft]:
    """`Minst 75 % av deltagarna ska …` and the `Utfall: 87 %` after it."""
    end = identity.period_end
    if end is None:
        return []
    made: list[Draft] = []
    insats = context.insats.name if context.insats else ""

    def add(  # noqa: PLR0917
        start: int, finish: int, label: str, scenario: str, first: date | None, last: date
    ) -> None:
        text = context.line.printed(start, finish)
        made.append(
            Draft(
                context.line.number,
                start,
                context.line.page,
                "mal",
                label,
                "",
                insats,
                "",
                "",
                scenario,
                first,
                last,
                "procent",
                Decimal(folded[start:finish].replace(",", ".")),
                text,
                "unchecked",
                "",
            )
        )

    for match in _GOAL.finditer(folded):
        rest = context.line.text[match.start(3) : match.end(3)].strip()
        who = {"personalen": "personal"}.get(match[2], "deltagare")
        rest = re.sub(r"^skall\b", "ska", rest)
        label = f"Andel {who} som {rest}"
        state["goal"] = restore_words(label) if source.worn else label
        add(*match.span(1), state["goal"], "mal", date(end.year, 1, 1), date(end.year, 12, 31))
    if (outcome := _OUTCOME.match(folded)) is not None and state.get("goal"):
        add(*outcome.span(1), state["goal"], "utfall", identity.period_start, end)
    return made


def _named(identity: Identity, text: str) -> str:
    for part in re.split(r"[:,.–(]", text)[:3]:
        if 3 < len(part) < 60 and (found := find_insats(identity.forbund_id, part.strip())):
            return found.name
    return ""


def _clause(folded: str, begin: int, finish: int) -> str:
    left = max(
        folded.rfind(". ", 0, begin),
        folded.rfind("; ", 0, begin),
        folded.rfind("\t", 0, begin),
        begin - 140,
        0,
    )
    right = min(
        (p for p in (folded.find(". ", finish), folded.find("\t", finish)) if p >= 0),
        default=len(folded),
    )
    return folded[left : min(right, finish + 90)]


def _label(context: _Context, folded: str, begin: int, tail: int, source: Source) -> str:
    text = context.line.text
    left = max(folded.rfind(p, 0, begin) for p in (". ", ", ", "; ", ": ", "\t", "(", ") "))
    lead = text[max(left + 1, begin - 90) : begin]
    follow = re.split(r"[.,;:()\t]", text[tail : tail + 70])[0]
    lead = re.sub(r"^[\W\d]+|\s+$", "", lead)
    words = len(re.findall(r"[^\W\d_]{3,}", lead))
    noun = re.match(r"\s?((?:[^\W\d_]+\s?){1,3})", text[_number_end(folded, begin) :])
    label = lead if words >= 2 else f"{lead} {(noun.group(1) if noun else '').strip()} {follow}"
    label = re.sub(r"\s+", " ", label).strip(" -–:,.;|*()<>/•")
    label = re.sub(
        r"(?:\s(?:är|var|på|till|med|om|för|ca|cirka|av|och|i|mot|uppgår|uppgick|utgör|"
        r"per|ar|pa|for))+$",
        "",
        label,
    )
    if not label:
        label = (context.title or "Uppgift i löptext")[:60]
    label = label[:110]
    return (
        restore_words(label[:1].upper() + label[1:])
        if source.worn
        else label[:1].upper() + label[1:]
    )


def _number_end(folded: str, begin: int) -> int:
    match = re.match(r"[-+ ]*\d[\d .]*(?:,\d+)?", folded[begin:])
    return begin + (match.end() if match else 0)


def _about(  # noqa: PLR0911, PLR0912, PLR0917
    context: _Context, clause: str, wide: str, unit: str, folded: str, begin: int, finish: int
) -> tuple[str, str]:
    lead = folded[max(0, begin - 45) : begin]
    scenario = "utfall"
    if _BUDGET.search(lead) or re.match(
        r"\W*(?:kr|tkr|kronor)?\s*(?:i |enligt )?budget", folded[finish : finish + 25]
    ):
        scenario = "budget"
    elif _FORECAST.search(clause):
        scenario = "prognos"
    elif (
        unit in ("procent", "antal", "manader", "ar", "TSEK", "SEK")
        and _GOAL_WORDS.search(clause)
        and not re.search(r"\b(?:skrevs|har gjort|resultat|utfall|utgor|uppgick)\b", clause)
    ):
        scenario = "mal"
    if unit in ("SEK", "TSEK"):
        if scenario == "mal":
            return scenario, "mal"
        if re.search(r"resultat|minusbudget|balanskrav", wide) and not context.insats:
            return scenario, "prognos" if context.section == "prognos" else "oversikt"
        if re.search(r"tilldelning|medlemsbidrag|bidrag fran", clause):
            return scenario, "medlemsbidrag"
        if context.insats or re.search(r"insats|projekt|kostnad", clause):
            return scenario, "insats_ekonomi"
        return scenario, "oversikt"
    if unit == "tjanst" or re.search(
        r"arbetstid|tjanstgoring|heltid|sjukfranvaro|anstalld", clause
    ):
        return scenario, "personal"
    if scenario == "mal":
        return scenario, "mal"
    if re.search(r"mal\b|malet|maluppfyll", fold(context.title)) or context.section == "mal":
        return scenario, "mal"
    if re.search(r"kostnader.{0,40}andel|fordelas|fordelning", clause) and unit == "procent":
        return scenario, "kostnadsfordelning"
    if re.search(
        r"deltag|person|kvinn|elever|individer|inskriv|avslut|arbetssok|stegforflytt|utskriv",
        clause,
    ):
        return scenario, "deltagare"
    if unit == "procent" and re.search(r"soliditet|likviditet|andel|besok", clause):
        return scenario, "nyckeltal"
    return scenario, "ovrigt"


def _period(identity: Identity, scenario: str, clause: str) -> tuple[date | None, date | None]:
    start, end = identity.period_start, identity.period_end
    if end is None:
        return None, None
    for span in find_spans(clause):
        if span.first is not None and span.last is not None:
            return span.first, span.last
    if match := re.search(rf"(?:i|under|fran) ({MONTH}) (20\d\d)", clause):
        year = int(match[2])
        return date(year, MONTHS[match[1]], 1), month_end(year, MONTHS[match[1]])
    if scenario in ("mal", "prognos") or (re.search(r"helar", clause) and scenario != "utfall"):
        return date(end.year, 1, 1), date(end.year, 12, 31)
    if (
        scenario == "budget"
        and not re.search(r"perioden|delaret|halvar|mot budget|budgeterad\w* -", clause)
        and re.search(r"budget 20\d\d|arsbudget|minusbudget", clause)
    ):
        return date(end.year, 1, 1), date(end.year, 12, 31)
    return start, end


_RANGE = re.compile(
    r"(?<![\w-])(\d{1,3})\s?-\s?(\d{1,3})\s?(?:(ar|dr|aringar)|(m[ad]nader|"
    r"m[ad]naders)|(?:besok|moten|veckor|dagar|personer|deltagare))(?![a-z])"
)


def _ranges(  # noqa: PLR0917
    context: _Context,
    folded: str,
    identity: Identity,
    source: Source,
    found: list[Draft],
    topic: str,
) -> list[Draft]:
    """`16-64 år`: the lowest and the highest."""
    made = []
    for match in _RANGE.finditer(folded):
        unit = "ar" if match[3] else "manader" if match[4] else "antal"
        for group in (1, 2):
            start, end = match.span(group)
            if any(d.start <= start < d.start + len(d.printed) for d in found):
                continue
            made.append(
                _make(
                    context,
                    folded,
                    identity,
                    source,
                    start,
                    end,
                    Decimal(match[group]),
                    unit,
                    match.end(),
                    "",
                    topic,
                )
            )
    return made


def _worded(
    context: _Context, folded: str, identity: Identity, source: Source, topic: str
) -> list[Draft]:
    """Numbers in words: hälften, en fjärdedel, två månader, halvtid, ½ dag."""
    made = []
    for match in _WORDED.finditer(
        folded.replace("½", "h") if "½" not in context.line.text else context.line.text.lower()
    ):
        word = fold(match.group())
        if match.group() == "½":
            value, unit = Decimal("0.5"), "antal"
        elif word in _COUNT:
            value, unit = Decimal(_COUNT[word]), "manader"
        else:
            if not _SHARED.search(f"{context.before} {folded}"):
                continue
            unit, value = _WORDS[word]
        start, end = match.span()
        made.append(
            _make(
                context, folded, identity, source, start, end, value, unit, end, "tal i ord", topic
            )
        )
    return made

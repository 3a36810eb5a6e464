"""What a figure in running text is called: a short label in the report's own words.

Belongs here: from a clause to a label (`18 skolor medverkar` → `Skolor som medverkar`). Does not
belong here: what a figure counts (`meanings`) and finding it (`prose`).
"""

import re

from .vocabulary import fold

LONGEST = 110
_WORD = re.compile(r"[^\W\d_]{3,}")
_MARKS = (". ", ", ", "; ", ": ", "\t", "(", ") ", "! ", "? ")
_END = re.compile(r"[.,;:()\t!?]|\bvarav\b")
_LOOSE_END = re.compile(
    r"(?:\s(?:är|var|på|till|med|om|för|ca|cirka|av|och|i|mot|uppgår|uppgick|utgör|totalt|ett|en|"
    r"per|ar|pa|for|det|att|har|hade|under|från|fran|dr|endast|hela|drygt|knappt|ungefär))+$"
)
_LOOSE_START = re.compile(
    r"^(?:och|samt|att|men|dock|vilket|som|där|dar|även|aven|däremot)\s+", re.I
)
_ADVERB = re.compile(
    r"^(?:i dagsl\w+|idag|hittills|nu|totalt|sammanlagt|ocks[aå]|[aä]ven|"
    r"under (?:perioden|\w*[aå]ret))\s+"
)
_HAVE = re.compile(r"^(?:har|hade)\s+")
_VERB = re.compile(
    r"^(?:har|hade|[aä]r|var|blev|fick|gick|g[aå]r|tog|kom|deltog|deltagit|skrevs|"
    r"(?!deltagar|person|efter|under|vinter|sommar|veckor)\w{3,}(?:ade|ades|erar|ar|ats|at|its))\b"
)
_PASSIVE = re.compile(
    r"\b(avsluta|p[aå]b[oö]rja|inregistrera|registrera|genomf[oö]r|anm[aä]l|aktualisera)(?:de)?s$"
)
_DONE = {"avsluta": "Avslutade", "paborja": "Påbörjade"}
_CONTACT = re.compile(r"^(\w+ (?:har|hade|har haft|haft) .{3,60} (?:med|om))$", re.I)
_INFINITIVE = re.compile(r"^[a-z]{3,}a [a-z ]{0,40}\b(?:med|till|for|av|om)$")
_RELATED = re.compile(r"^(?:med|under|i|pa|for|fran|om|till|av|per|vid|inom|mellan|utan|totalt)\b")
_ARTICLE = re.compile(r"^.*\b(?:en|ett|av|utgår|utgar|blev)\s+(?:ca\s+)?(?=[^\W\d_]{4,})", re.I)
_PREPOSED = re.compile(r"\s+(?:på|pa|om|till|av|med|för|for|uppgick till|uppgår till|blev|var|är)$")


def clause_before(text: str, begin: int) -> str:
    """The words of a figure's clause before it."""
    left = max(text.rfind(mark, 0, begin) for mark in _MARKS)
    if left >= 0 and text[left : left + 1] in ":;" and not text[left + 1 : begin].strip(" ca."):
        begin = left  # `Andel i arbete: 23 %`
        left = max(text.rfind(mark, 0, begin) for mark in _MARKS)
    lead = text[max(left + 1, begin - 90) : begin]
    if left + 1 < begin - 90:
        lead = lead.partition(" ")[2]
    return re.sub(r"^[\W\d]+|\s+$", "", lead)


def clause_after(text: str, end: int) -> str:
    """The words of a figure's clause after it."""
    return _END.split(text[end : end + 90])[0].strip()


def label_of(text: str, begin: int, end: int, unit: str, fallback: str) -> str:
    """The label of the figure at `begin:end` (its unit words not included)."""
    lead, after = clause_before(text, begin), clause_after(text, end)
    if unit == "antal":
        found = _counted(lead, after)
    elif unit == "procent":
        found = _share(lead, after)
    else:
        found = _named(lead, after)
    return tidy(found) or tidy(fallback) or "Uppgift i löptext"


def tidy(label: str) -> str:
    """One line of words, capitalised, without loose ends."""
    label = re.sub(r"\s+", " ", label).strip(" -–—:,.;|*()<>/•”\"'%")
    label = _LOOSE_START.sub("", label)
    label = _LOOSE_END.sub("", label)[:LONGEST].strip()
    return label[:1].upper() + label[1:]


def _counted(lead: str, after: str) -> str:
    """Persons, meetings, schools: the noun first, then what they did."""
    words = after.split()
    if not words or not _WORD.match(words[0]):
        return lead
    size = (
        2 if words[0].lower() in ("nya", "unika", "andra", "st", "olika") and len(words) > 1 else 1
    )
    if words[0].lower() == "st" and size == 2:
        words, size = words[1:], 1
    noun, rest = " ".join(words[:size]), " ".join(words[size:])
    if told := _led(lead, noun, rest):
        return told
    did = _HAVE.sub("", rest)
    if did != rest or _VERB.match(fold(rest)):
        did = _ADVERB.sub("", did)
        return f"{noun} som {_first_part(did)}" if did else noun
    if not _RELATED.match(fold(rest)):
        return noun
    stop = re.search(r"(?<!med)(?<!av)(?<!för)(?<!från)(?<!till)(?<!i)\s[A-ZÅÄÖ]", rest)
    return f"{noun} {_first_part(rest[: stop.start()] if stop else rest)}"


def _led(lead: str, noun: str, rest: str) -> str:
    """A noun that the words before it say enough of: `under perioden avslutades 31 deltagare`."""
    passive = _PASSIVE.search(fold(lead))
    if passive is not None and passive[1] in _DONE:
        return f"{_DONE[passive[1]]} {noun}"
    told = f"{lead[:1].lower()}{lead[1:]}"
    if _INFINITIVE.match(fold(lead)):
        return f"{noun} att {told} {rest}"
    return f"{noun} som {told}" if _CONTACT.match(lead) else ""


def _first_part(text: str) -> str:
    """What comes before `och` when that says enough."""
    first, _, more = text.partition(" och ")
    return first if more and len(first.split()) >= 1 and len(text.split()) > 5 else text


def _share(lead: str, after: str) -> str:
    """Of whom and doing what: `% av deltagarna har gått vidare`."""
    after = after.lstrip("% ").removeprefix("procent ").strip()
    of = re.match(
        r"av (?:de |dem |alla |samtliga )?(\w+(?: \w+)??)\s+"
        r"((?:har|hade|som|ska|skall|upplever|uppger|g[åa]r|[äa]r|var)\b.*)",
        after,
    )
    if of is not None:
        did = re.sub(r"^som\s+", "", of[2])
        return f"Andel {of[1]} som {did}"
    if _VERB.match(fold(after)) and len(after.split()) >= 2:
        return after
    if re.match(r"(?:som|till|f[öo]r)\s", after) and len(_WORD.findall(lead)) < 3:
        return f"{lead} {after}"
    return lead if len(_WORD.findall(lead)) >= 1 else after


def _named(lead: str, after: str) -> str:
    """Sums of money and times: the noun that the figure follows."""
    bare = _PREPOSED.sub("", lead)
    short = _ARTICLE.sub("", bare)
    if len(_WORD.findall(short)) >= 1 and len(short) >= 4:
        return short
    if _WORD.search(bare):
        return bare
    return f"{lead} {after}"

"""What a figure in a sentence says: the phrases in which reports state figures.

Belongs here: phrases (folded text) and the label, scenario and place in the contract that they
give a figure. Does not belong here: finding figures and sentences (`prose`).

A phrase looks at the words before the figure (`lead`), the words after it (`after`) and the whole
sentence. Only what a phrase gives is sure; the rest is a guess for a person to confirm.
"""

import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from .vocabulary import restore_words

MONEY = ("SEK", "TSEK", "MSEK")


class Meaning(NamedTuple):
    """What a figure says.

    `whole`: of the whole year; `instant`: at the end of its period; `standing`: those there at a
    day that the sentence may name; `common`: the förbund's, whatever insats is spoken of;
    `deficit`: a loss printed without its minus.
    """

    label: str
    scenario: str
    statement: str
    start: date | None = None
    end: date | None = None
    breakdown: str = ""
    kind: str = ""
    whole: bool = False
    instant: bool = False
    sure: bool = True
    standing: bool = False
    common: bool = False
    deficit: bool = False


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A pattern for each side of a figure (None: anything) and what they mean together."""

    meaning: Meaning
    lead: re.Pattern[str] | None = None
    after: re.Pattern[str] | None = None
    sentence: re.Pattern[str] | None = None
    unless: re.Pattern[str] | None = None  # in the lead


def _phrase(
    meaning: Meaning, lead: str = "", after: str = "", sentence: str = "", unless: str = ""
) -> _Phrase:
    """A phrase; `lead` ends where the figure begins, `after` begins where it ends."""
    return _Phrase(
        meaning,
        re.compile(rf"(?:{lead})\s*(?:ca\.? |cirka )?$") if lead else None,
        re.compile(rf"\s?(?:{after})") if after else None,
        re.compile(sentence) if sentence else None,
        re.compile(unless) if unless else None,
    )


_PROJECT = r"\b(?:insatsen|projektet|projekt [a-z]+|insats [a-z]+)\b"
_FORECAST = r"prognos|forvant|berakna|kommer att|bedoms|hel[ad]r"
_OWN = r"(?:forbundet|forbundets|samordningsforbundet|perioden\w*|delar\w*|arets?|resultat\w*)\b"
_MONEY_PHRASES = [
    _phrase(
        Meaning("Avvikelse mot budget", "avvikelse", "oversikt", common=True),
        lead=r"(?:avvik\w* (?:fran|mot|gentemot) budget\w*|budgetavvikelse\w*|"
        r"(?:over|under)skrid\w* budget\w*)[^.;\d]{0,30} (?:med|pa|om|till|ar|blev)",
    ),
    _phrase(
        Meaning("Minusbudget", "budget", "oversikt", whole=True, common=True),
        lead=r"minusbudget\w*(?: pa| om)?",
    ),
    _phrase(
        Meaning("Budgeterat helårsresultat", "budget", "oversikt", whole=True, common=True),
        lead=r"budgetera\w*[^.;\d]{0,40}hel[ad]rsresultat\w*(?: pa| om)?",
    ),
    _phrase(
        Meaning("Budgeterat underskott", "budget", "oversikt", common=True, deficit=True),
        lead=r"budgetera\w* (?:med )?(?:ett )?underskott\w*(?: pa| om)?",
    ),
    _phrase(
        Meaning("Budgeterat resultat", "budget", "oversikt", common=True),
        lead=r"(?:mot|an|jamfort med) (?:den |det |ett )?budgetera\w*(?: resultat\w*)?(?: pa| om)?|"
        r"budgetera\w* (?:delars|periodens )?resultat\w*(?: pa| om| ar| var| uppgick till)?",
        sentence="resultat|utfall",
    ),
    _phrase(
        Meaning("Prognostiserat resultat", "prognos", "oversikt", whole=True, common=True),
        lead=rf"(?:{_FORECAST})[^.;\d]{{0,60}}\bunderskott\w* (?:pa|om)",
        sentence=_OWN,
        unless=_PROJECT,
    ),
    _phrase(
        Meaning("Helårsprognos", "prognos", "oversikt", whole=True, common=True),
        lead=r"hel[ad]rsprognos\w*[^.;\d]{0,40} (?:pa|om|ar|till|med)",
    ),
    _phrase(
        Meaning("Prognostiserat resultat", "prognos", "oversikt", whole=True, common=True),
        lead=r"prognos\w*[^.;\d]{0,40} (?:pa|om|ar|till|med)",
        sentence="resultat|medlemsbidrag|overskott|underskott",
        unless=_PROJECT,
    ),
    _phrase(
        Meaning("Prognostiserat resultat", "prognos", "oversikt", whole=True, common=True),
        lead=r"\bprognos\w* resultat\w*[^.;]{0,80} (?:pa|om|ar|till|med|blir)",
    ),
    _phrase(
        Meaning("Resultat för helåret", "prognos", "oversikt", whole=True, common=True),
        lead=rf"\bresultat(?:et)?\b[^.;\d]{{0,40}}(?:{_FORECAST})[^.;]{{0,40}}",
    ),
    _phrase(
        Meaning("Resultat", "utfall", "oversikt", common=True, deficit=True),
        lead=rf"{_OWN}[^.;\d]{{0,60}}\bunderskott\w* (?:pa|om|med)",
        unless=rf"budget|{_FORECAST}|{_PROJECT}",
    ),
    _phrase(
        Meaning("Resultat", "utfall", "oversikt", common=True),
        lead=rf"{_OWN}[^.;\d]{{0,60}}\boverskott\w* (?:pa|om|med)",
        unless=rf"budget|{_FORECAST}|{_PROJECT}",
    ),
    _phrase(
        Meaning("Resultat", "utfall", "oversikt", common=True),
        lead=r"\bresultat(?:et)?\b(?:[^.;\d]|\b20\d\d\b){0,70}(?:blev|uppgar|uppgick|blir|ar|pa|med|till|om)|"
        r"ekonomiska utfall\w*[^.;\d]{0,40}(?:pa|blev|ar)",
        unless=rf"budget|{_FORECAST}|{_PROJECT}",
    ),
    _phrase(
        Meaning("Verksamhetens kostnader", "utfall", "oversikt", common=True),
        lead=r"\b(?:(?:verksamhetens|forbundets|periodens|totala) )?kostnaderna? "
        r"(?:uppgick|uppgar|blev)\b[^.;\d]{0,25}(?:till )?",
        unless=rf"admin|budget|{_FORECAST}|{_PROJECT}",
    ),
    _phrase(
        Meaning("Verksamhetens intäkter", "utfall", "oversikt", common=True),
        lead=r"\b(?:(?:verksamhetens|forbundets|periodens|totala) )?intakterna? "
        r"(?:uppgick|uppgar|blev)\b[^.;\d]{0,25}(?:till )?",
        unless=rf"budget|{_FORECAST}|{_PROJECT}",
    ),
    _phrase(
        Meaning("Eget kapital", "utfall", "oversikt", instant=True, common=True),
        lead=r"\beget kapital (?:uppgick|uppgar)\b[^.;\d]{0,25}till",
        unless=rf"{_FORECAST}",
    ),
    _phrase(
        Meaning("Anslag på helårsbasis", "budget", "insats_ekonomi", whole=True),
        lead=r"anslag\w* (?:pa|for) hel[ad]r\w*[^.;\d]{0,60}till",
    ),
    _phrase(
        Meaning("Erhållna projektmedel", "utfall", "insats_ekonomi"),
        lead=r"erhallna (?:projekt)?medel[^.;\d]{0,40}:?",
    ),
    _phrase(
        Meaning("Överskott", "prognos", "insats_ekonomi", whole=True, sure=False),
        lead=r"\bkommer\b[^.;]{0,70}\bo?verskott (?:pa|om)",
    ),
    _phrase(
        Meaning("Underskott", "prognos", "insats_ekonomi", whole=True, sure=False),
        lead=r"\bkommer\b[^.;]{0,70}\bunderskott (?:pa|om)",
    ),
    _phrase(
        Meaning("Total kostnad", "prognos", "insats_ekonomi", whole=True, sure=False),
        lead=r"\btotal\w* kostnad\w*\b[^.;\d]{0,80}",
        after=r"(?:tkr|kr|mkr|kronor) for (?:hela )?(?:ar(?:et)? )?20\d\d",
    ),
]
_SHARE_PHRASES = [
    _phrase(
        Meaning("Soliditet", "utfall", "nyckeltal", instant=True, common=True),
        lead=r"soliditet\w*\b[^.;\d]{0,40}",
    ),
    _phrase(
        Meaning("", "utfall", "mal", sure=False),
        lead=r"\b(?:utfall(?:et)?|resultat(?:et)?|maluppfyllelse(?:n)?)[^.;\d]{0,30}"
        r"(?: pa| ar| blev|:)|\benligt (?:uppsat\w* |uppstall\w* )?m[ad]l(?:et)?\s?:",
    ),
    _phrase(
        Meaning("", "mal", "mal", sure=False),
        lead=r"\bm[ad]l(?:et)?(?: [^.;:\d]{0,60})? (?:pa|ar|om)|"
        r"(?:^|[.;] )\W*m[ad]l(?:et)?\b[^.;:\d]{0,90}[:;]",
    ),
    _phrase(
        Meaning("Svarsfrekvens", "mal", "mal", sure=False), after=r"(?:%|procent) svarsfrekvens"
    ),
    *(
        _phrase(
            Meaning(
                "Resultat vid avslut",
                "utfall",
                "deltagare",
                breakdown=f"avslutsorsak={name}",
                sure=False,
            ),
            after=rf"(?:%|procent) (?:som )?(?:(?:har )?(?:gar|gick|gatt)|avslutades|skrevs ut) "
            rf"(?:vidare )?till {word}\b",
        )
        for name, word in (
            ("Arbete", "arbete(?! eller)"),
            ("Studier", "studier"),
            ("Arbete eller studier", "arbete eller studier"),
        )
    ),
    _phrase(
        Meaning(
            "Resultat vid avslut",
            "utfall",
            "deltagare",
            breakdown="avslutsorsak=Aktivt arbetssökande",
            sure=False,
        ),
        after=r"(?:%|procent) [a-z&]{1,3}r aktivt arbetssok",
    ),
    *(
        _phrase(Meaning(name, "utfall", "kostnadsfordelning", kind=kind, common=True), after=after)
        for name, kind, after in (
            ("Administration", "administration", r"(?:%|procent) (?:till )?adm"),
            (
                "Individinriktade insatser",
                "individinriktad",
                r"(?:%|procent) (?:till )?individ\w+ insats",
            ),
            (
                "Strukturövergripande insatser",
                "strukturovergripande",
                r"(?:%|procent) (?:till )?struktur\w+ insats",
            ),
        )
    ),
    *(
        _phrase(
            Meaning(f"Andel {shown} bland deltagarna", "utfall", "deltagare", breakdown=breakdown),
            after=rf"(?:%|procent) av deltagarna[^.;,]{{0,25}}\b(?:ar|dr|var) {word}\b",
        )
        for shown, word, breakdown in (
            ("kvinnor", "kvinnor", "kon=kvinna"),
            ("män", "man", "kon=man"),
        )
    ),
]
_GOING = r"\b(?:kommer|ska|skall|berakna\w*|forvanta\w*|planera\w*|mal(?:et)?)\b"
_PEOPLE = r"(?:deltagare|personer|individer)\b"
_ENROLLED = rf"{_PEOPLE}[^.;\d]{{0,60}}\binskrivna\b"
_WHO = r"(?:(?:unika )?(?:deltagare|personer|individer|ungdomar|kvinnor och man)\b )?"
_COUNT_PHRASES = [
    _phrase(
        Meaning("Totalt antal deltagare inskrivna", "prognos", "deltagare", whole=True),
        lead=r"\bkommer\b[^.;]{0,60}",
        after=rf"{_ENROLLED}|deltagare\b[^.;\d]{{0,15}}\bvarit\b",
    ),
    _phrase(
        Meaning("Antal deltagare", "utfall", "deltagare"),
        after=rf"{_WHO}(?:har |hade |som )?(?:deltagit|deltog|tagit del av|fatt stod|tog del av)\b",
        unless=rf"{_GOING}",
    ),
    _phrase(
        Meaning("Antal deltagare", "utfall", "deltagare"), lead=r"deltagit i [^.;]{2,40}, varav"
    ),
    _phrase(
        Meaning("Antal deltagare", "utfall", "deltagare"),
        lead=r"\b(?:antalet deltagare|antal deltagare)[^.;\d]{0,50}"
        r"\b(?:uppgick|uppgar|var|ar|blev)(?: till)?",
        unless=rf"mal\w*\b|{_GOING}",
    ),
    _phrase(
        Meaning("Totalt antal deltagare inskrivna", "utfall", "deltagare"),
        lead="totalt",
        after=rf"{_ENROLLED}|deltagare (?:varit|har varit)\b",
    ),
    _phrase(
        Meaning("Inskrivna", "utfall", "deltagare", standing=True),
        lead=r"(?:^|\b(?:ar|var|finns|fanns)) ",
        after=_ENROLLED,
        unless=rf"totalt|under perioden|{_GOING}",
    ),
    _phrase(Meaning("Inskrivna", "utfall", "deltagare"), after=_ENROLLED, unless=_GOING),
    _phrase(
        Meaning("Nya deltagare", "utfall", "deltagare"),
        after=r"nya (?:deltagare|inskrivna|personer)\b",
        unless=rf"\bmal\w*\b|{_GOING}",
    ),
    _phrase(
        Meaning("Avslutade deltagare", "utfall", "deltagare"),
        lead=r"\b(?:har|hade)\b[^.;]{0,60}",
        after=rf"{_PEOPLE} (?:har )?avslutats?\b",
        unless=_GOING,
    ),
    _phrase(
        Meaning("Avslutade deltagare", "utfall", "deltagare"),
        lead=r"\b(?:avslutades|avslutat|avslutade)",
        after=rf"{_PEOPLE}",
        unless=_GOING,
    ),
    _phrase(
        Meaning("Pågående deltagare", "utfall", "deltagare", standing=True),
        after=rf"(?:pagaende (?:deltagare|personer|arenden)|{_PEOPLE}[^.;\d]{{0,20}}\bpagaende)\b",
    ),
    _phrase(
        Meaning("Nya anmälningar", "utfall", "deltagare"),
        after=r"nya (?:anmalningar|ansokningar)\b",
        unless=_GOING,
    ),
    _phrase(
        Meaning("Antal deltagare i insatsen", "mal", "mal"),
        lead=r"\bantal(?:et)? [^.;\d]{0,40}deltagare[^.;\d]{0,30}\b(?:ar|dr)",
        sentence=r"\bmal\w*\b",
    ),
    _phrase(
        Meaning("Antal deltagare i insatsen", "mal", "mal", sure=False),
        lead=r"deltagare i (?:insatsen|verksamheten|projektet) (?:ar|dr)",
    ),
    _phrase(
        Meaning("Antal deltagare", "utfall", "deltagare"),
        lead=r"\bdeltagarna[^.;\d]{0,20} (?:ar|var|dr)",
        after=r"(?:st )?(?:kvinnor|man)\b",
    ),
]
_STAFF_PHRASES = [
    _phrase(
        Meaning(name, scenario, "personal"),
        lead=r"\bkommer\b[^.;]*" if scenario == "prognos" else "",
        after=rf"{name.lower()}(?:er|e)?\b",
    )
    for scenario in ("prognos", "utfall")
    for name in ("Coach", "Samordnare", "Arbetscoach", "Koordinator")
]
_PHRASES = {
    **dict.fromkeys(MONEY, _MONEY_PHRASES),
    "procent": _SHARE_PHRASES,
    "antal": _COUNT_PHRASES,
    "tjanst": _STAFF_PHRASES,
}
_DEVIATION = re.compile(
    r"\s?(?:tkr|kr|mkr|mnkr|(?:tusen |miljoner )?kronor)\s"
    r"(mindre|mer|lagre|hogre|under|over|battre|samre)\s(?:an\s)?"
    r"(?:vad som\s)?(?:var\s)?(?:den\s)?budget"
)
_DIVIDED = re.compile(
    r"(?:^|, |\d )(?P<before>[a-z][a-z ]{3,50}?) fordela(?:s|des|ts) (?:med|pa) |"
    r"\bfordela(?:s|des|ts) (?P<after>[a-z][a-z ]{3,50}?) med "
)
_SHARE_OF = re.compile(
    r"\s?(?:%|procent) (?:som|till|for|pa|avser) ([a-z/]{4,}(?: [a-z/]{4,})??)(?= |[.,;]|$)"
)
_EQUITY = re.compile(r"(?:det )?eg(?:et|na) kapital\w*[^.;]{0,110}$")
_LIMIT = re.compile(
    r"(?P<no>(?:inte|ej) )?(?P<side>[od6]ver|under)stiga"
    r"(?:\s[\d ]+ tkr\s?\(?(?:vilket )?motsvara\w*)?\s*$|(?P<most>hogst|max\w*)\s*$"
)
_STATES = re.compile(r"\b(?:uppg\w+|ar|var|blir|motsvarar|utgor)\b[^.;%]{0,45}$")
_COMING = re.compile(r"\b(?:kommer|beraknas|prognos|uppgar da|bedoms)\b")
_ADMINISTRATION = re.compile(
    r"(?:administrativ\w* kostnader\w*|administrationskostnader\w*)[^.;]{0,110}$"
)
_OF_WHOLE = re.compile(
    r"\s?(?:%|procent)\s+av\s+((?:(?:de|det|den)\s[a-z]+|forbundets(?:\s[a-z]+s)?|totala?|arets|"
    r"samlade?)\s[a-z]{4,})"
)
_MEMBER = r"(?:forsakringskassan|arbetsformedlingen|region\s[a-z]+|[a-z]+\s(?:stad|kommun))"
_MEMBERS = re.compile(
    rf"({_MEMBER}(?:\soch\s{_MEMBER})?)\s(?:med|bidrar med|star for)\s(?:resterande\s)?$"
)
_NAME_WORDS = {"och", "stad", "kommun"}


def meaning_of(lead: str, after: str, sentence: str, unit: str) -> Meaning | None:
    """What a figure says in one of the known phrases, None when it stands in none."""
    for reader in (_of_deviation, _of_distribution, _of_equity, _of_administration, _of_member):
        meaning = reader(lead, after, sentence, unit)
        if meaning is not None:
            return meaning
    for phrase in _PHRASES.get(unit, ()):
        if _fits(phrase, lead, after, sentence):
            return phrase.meaning
    return None


def _fits(phrase: _Phrase, lead: str, after: str, sentence: str) -> bool:
    return (
        (phrase.after is None or phrase.after.match(after) is not None)
        and (phrase.lead is None or phrase.lead.search(lead) is not None)
        and (phrase.sentence is None or phrase.sentence.search(sentence) is not None)
        and (phrase.unless is None or phrase.unless.search(lead) is None)
    )


def _of_deviation(lead: str, after: str, sentence: str, unit: str) -> Meaning | None:
    """`Förbundet har förbrukat 8 tkr mindre än budgeterat`."""
    del sentence
    off = _DEVIATION.match(after) if unit in MONEY else None
    if off is None:
        return None
    verb = re.search(r"\b([a-z]{4,}(?:at|it|tt|ade|ats))\s*$", lead)
    label = f"{verb[1]} {off[1]} än budgeterat" if verb else f"Avvikelse mot budget, {off[1]}"
    label = restore_words(label[:1].upper() + label[1:])
    return Meaning(label, "avvikelse", "oversikt", common=True)


def _of_distribution(lead: str, after: str, sentence: str, unit: str) -> Meaning | None:
    """`Kansliets kostnader fördelas med 40 % på processtöd och 60 % på administration`."""
    del lead
    if unit != "procent":
        return None
    divided, share = _DIVIDED.search(sentence), _SHARE_OF.match(after)
    if share is None or divided is None:
        return None
    what = restore_words((divided["after"] or divided["before"]).strip())
    label = f"{what[:1].upper()}{what[1:]}, andel {restore_words(share[1])}"
    return Meaning(label, "utfall", "kostnadsfordelning", common=True, sure=False)


def _limited(text: str) -> str:
    """högst or lägst when a text ends in a limit (`inte överstiga`), else ''."""
    limit = _LIMIT.search(text)
    if limit is None:
        return ""
    under = limit["side"] == "under"
    return "högst" if limit["most"] or under != bool(limit["no"]) else "lägst"


def _of_equity(lead: str, after: str, sentence: str, unit: str) -> Meaning | None:
    """`Det egna kapitalet ska inte överstiga 700 tkr`, `uppgick till 45 %`."""
    del sentence
    equity = _EQUITY.search(lead)
    if equity is None or unit not in (*MONEY, "procent"):
        return None
    share = _share_of(after) if unit == "procent" else ""
    meaning = Meaning(
        f"Eget kapital vid årets slut{share}", "prognos", "mal", instant=True, common=True
    )
    if side := _limited(equity.group()):
        return meaning._replace(label=f"{meaning.label}, {side}", scenario="mal")
    if not _STATES.search(equity.group()):
        return None
    if _COMING.search(lead[-160:]):
        return meaning
    statement = "mal" if share else "oversikt"
    return meaning._replace(label=f"Eget kapital{share}", scenario="utfall", statement=statement)


def _share_of(after: str) -> str:
    """` i procent av …`, in the words that follow the figure."""
    whole = _OF_WHOLE.match(after)
    return f" i procent av {restore_words(whole[1])}" if whole else " i procent"


def _of_administration(lead: str, after: str, sentence: str, unit: str) -> Meaning | None:
    """`Administrativa kostnader ska inte överstiga 26 % av det totala medlemsanslaget`."""
    del sentence
    costs = _ADMINISTRATION.search(lead)
    if unit != "procent" or costs is None:
        return None
    of = _share_of(after)
    if side := _limited(costs.group()):
        return Meaning(f"Administrativa kostnader{of}, {side}", "mal", "mal", common=True)
    if _STATES.search(costs.group()):
        return Meaning(f"Administrativa kostnader{of}", "utfall", "mal", common=True)
    return None


def _of_member(lead: str, after: str, sentence: str, unit: str) -> Meaning | None:
    """`Förbundet finansieras av … och Region X med en fjärdedel`."""
    del after
    member = _MEMBERS.search(lead) if unit == "procent" else None
    if member is None or not re.search(r"finansier|bidrag", sentence):
        return None
    words = [w if w in _NAME_WORDS else w.capitalize() for w in member[1].split()]
    return Meaning(
        "Finansieringsandel",
        "utfall",
        "medlemsbidrag",
        breakdown=f"medlem={restore_words(' '.join(words))}",
        whole=True,
        common=True,
    )


_BUDGET_AFTER = re.compile(r"\W*(?:kr|tkr|kronor)?\s*(?:i |enligt )?budget")
_GOAL_WORDS = re.compile(
    r"\b(?:ska|skall|mal|malet|malsattning|minst|hogst|overstiga|understiga|onskat)\b"
)
_EXPECTED = re.compile(
    r"prognos|forvantas|berakna|bedoms uppga|helarsprognos|kommer att uppga|kommer.{0,40}verskott"
)
_DONE = re.compile(r"\b(?:skrevs|har gjort|resultat|utfall|utgor|uppgick)\b")
_STAFF = re.compile(r"arbetstid|tjanstgoring|heltid|sjukfranvaro|anstalld")
_MONEY_ABOUT = [
    ("medlemsbidrag", re.compile(r"tilldelning|medlemsbidrag|bidrag fran")),
    ("insats_ekonomi", re.compile(r"insats|projekt|kostnad")),
]
_ABOUT = [
    ("personal", _STAFF),
    ("kostnadsfordelning", re.compile(r"kostnader.{0,40}andel|fordelas|fordelning")),
    (
        "deltagare",
        re.compile(
            r"deltag|person|kvinn|elever|individer|inskriv|avslut|arbetssok|stegforflytt|utskriv"
        ),
    ),
    ("nyckeltal", re.compile(r"soliditet|likviditet|andel|besok")),
]


def guess_scenario(lead: str, after: str, sentence: str, unit: str) -> str:
    """The scenario that the words of a sentence suggest."""
    if "budget" in lead[-45:] or _BUDGET_AFTER.match(after):
        return "budget"
    if _EXPECTED.search(sentence):
        return "prognos"
    if unit != "tjanst" and _GOAL_WORDS.search(sentence) and not _DONE.search(sentence):
        return "mal"
    return "utfall"


def guess_statement(sentence: str, unit: str, scenario: str, default: str) -> str:
    """The part of the contract that the words of a sentence suggest, else `default`."""
    if unit == "tjanst":
        return "personal"
    if scenario == "mal":
        return "mal"
    about: list[tuple[str, re.Pattern[str]]] = _MONEY_ABOUT if unit in MONEY else _ABOUT
    return next((name for name, pattern in about if pattern.search(sentence)), default)

"""A whole report: title, prose, statements, tables per insats, notes, participants, goals.

Belongs here: the order of the sections, headings, sentences and page breaks. Does not belong
here: rows and cells (`tables`), accounts (`books`), damage (`wear`).
"""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random

from .activities import Activities
from .books import Books, make_books
from .figures import Figure, NumberStyle, pick_style, rounded
from .page import (
    CELL_COUNT_SAFE,
    LAYOUTS,
    PLAIN,
    TITLED_LAYOUTS,
    Line,
    Row,
    Table,
    pick_habits,
    render,
    text_line,
)
from .register import all_forbund, made_up_org_number
from .tables import Maker, Sheet, pick_suppliers
from .vocabulary import (
    AGES,
    EDUCATION,
    EXITS,
    FURNITURE,
    INCOME,
    INSATS_FIRST,
    INSATS_STRUCTURAL,
    MONTHS,
    NOTE_OTHER,
    PROSE,
    TITLES,
    UNIT_WORDS,
    VERDICTS,
)

ENDS = ((3, 31), (4, 30), (6, 30), (8, 31), (9, 30), (12, 31))
END_WEIGHTS = (8, 15, 30, 20, 7, 20)
OCR_WEIGHTS = {"single": 45, "aligned": 20, "blocks": 12, "alternating": 13, "tabs": 10}
DETACHABLE = ("single", "aligned", "alternating")
CLEAN_WEIGHTS = {
    "tabs": 22,
    "aligned": 22,
    "single": 16,
    "pipes": 13,
    "html_rows": 6,
    "html_cells": 5,
    "blocks": 8,
    "alternating": 8,
}


@dataclass
class Draft:
    """A report before it is worn: lines with figures in them, and what is true of it."""

    lines: list[Line]
    report: dict[str, str]
    layouts: list[tuple[str, str]]
    style: NumberStyle


class _Composer:
    def __init__(self, rng: Random, *, worn: bool, layout: str | None) -> None:
        self.rng = rng
        self.worn = worn
        weights = OCR_WEIGHTS if worn else CLEAN_WEIGHTS
        self.weights = {layout: 1} if layout else weights
        self.main_layout = rng.choices(list(self.weights), list(self.weights.values()))[0]
        self.lines: list[Line] = []
        self.layouts: list[tuple[str, str]] = []
        self.page = 1
        self.pages = rng.randint(9, 24)
        month, day = rng.choices(ENDS, END_WEIGHTS)[0]
        self.end = date(rng.randint(2014, 2025), month, day)
        self.forbund = rng.choice(all_forbund())
        members = self._members()
        self.insatser = self._insatser()
        self.books: Books = make_books(
            rng, self.end, members, list(self.insatser), pick_suppliers(rng)
        )
        style = pick_style(rng)
        if layout:  # a forced layout is for rendering: only characters every font has
            style = NumberStyle(" ", "-", style.nothing)
        self.style = style
        self.base_unit = rng.choices(["SEK", "TSEK"], [65, 35])[0]
        self.break_mark = rng.choice(["\f", " ", ""])
        self.numbered = rng.random() < 0.6
        self.pipes = self.main_layout == "pipes"
        self.org_number = self.forbund.org_number or made_up_org_number(rng)
        self.decided = self.end + timedelta(days=rng.randint(15, 110))
        self.prints_org = rng.random() < 0.7
        self.prints_decided = rng.random() < 0.7
        self.section_number = 0
        self.habits = PLAIN if layout else pick_habits(rng)

    # -- who and what ----------------------------------------------------------------------

    def _members(self) -> list[str]:
        state = self.rng.choice(
            [
                "Försäkringskassan och Arbetsförmedlingen",
                "Staten (FK och AF)",
                "Försäkringskassan/Arbetsförmedlingen",
            ]
        )
        suffix = self.rng.choice([" kommun", "s kommun", ""])
        names = []
        for name in self.forbund.kommuner:
            ending = " kommun" if suffix == "s kommun" and name[-1] in "sxzåäö" else suffix
            names.append(name + ending)
        return [state, self.forbund.region, *names]

    def _insatser(self) -> dict[str, str]:
        rng, place = self.rng, self.rng.choice(self.forbund.kommuner)
        names = rng.sample(INSATS_FIRST, rng.randint(1, 6))
        if rng.random() < 0.4:
            names[0] = f"{names[0]} {place}"
        structural = rng.sample(INSATS_STRUCTURAL, rng.randint(1, 4))
        return dict.fromkeys(names, "individinriktad") | dict.fromkeys(
            structural, "strukturovergripande"
        )

    def report(self) -> dict[str, str]:
        kind = "ar" if self.books.annual else "delar"
        end = self.end.isoformat()
        return {
            "report_id": f"{self.forbund.forbund_id}_{end}_{kind}",
            "forbund_id": self.forbund.forbund_id,
            "forbund": self.forbund.namn,
            "org_number": self.org_number if self.prints_org else "",
            "report_type": kind,
            "period_start": f"{self.end.year}-01-01",
            "period_end": end,
            "decided_date": self.decided.isoformat() if self.prints_decided else "",
        }

    # -- small parts -----------------------------------------------------------------------

    def say(self, *texts: str) -> None:
        self.lines += [[text] for text in texts]

    def prose(self, count: int) -> None:
        self.say("", *self.rng.sample(PROSE, count), "")

    def heading(self, title: str) -> None:
        self.section_number += 1
        text = f"{self.section_number}. {title}" if self.numbered else title
        self.say("", f"## {text}" if self.pipes else text, "")

    def furniture(self) -> list[Line]:
        self.page += 1
        names = {
            "page": str(self.page),
            "pages": str(self.pages),
            "name": self.forbund.namn,
            "year": str(self.end.year),
        }
        picked = self.rng.sample(FURNITURE, self.rng.randint(1, 2))
        lines: list[Line] = [[""], *([text.format(**names)] for text in picked)]
        return [*lines, [self.break_mark] if self.break_mark == "\f" else [""]]

    def maybe_break(self, chance: float) -> None:
        if self.rng.random() < chance:
            self.lines += self.furniture()

    def day(self, when: date) -> str:
        if self.rng.random() < 0.5:
            return when.isoformat()
        return f"den {when.day} {MONTHS[when.month - 1]} {when.year}"

    # -- sections --------------------------------------------------------------------------

    def title_page(self) -> None:
        rng, year = self.rng, self.end.year
        last = f"{self.end.day} {MONTHS[self.end.month - 1]}"
        if self.books.annual:
            titles = [
                f"Årsredovisning {year}",
                f"ÅRSREDOVISNING {year}",
                f"Årsredovisning med verksamhetsberättelse {year}",
                f"Årsredovisning för räkenskapsåret {year}",
            ]
        else:
            titles = [
                f"Delårsrapport {year}",
                f"Delårsrapport per {self.end.isoformat()}",
                f"Delårsredovisning 1 januari – {last} {year}",
                f"Delårsbokslut {year}",
                f"DELÅRSRAPPORT 1 januari-{last} {year}",
            ]
            if self.end.month in (4, 8):
                titles.append(f"Tertialrapport {self.end.month // 4} {year}")
            if self.end.month == 6:
                titles.append(f"Halvårsrapport {year}")
            if self.end.month in (3, 9):
                titles.append(f"Kvartalsrapport {self.end.month // 3} {year}")
        title = rng.choice(titles)
        self.say(*rng.sample([self.forbund.namn, f"# {title}" if self.pipes else title], 2))
        if self.forbund.kortnamn and rng.random() < 0.4:
            self.say(self.forbund.kortnamn)
        if self.prints_org:
            word = rng.choice(["Organisationsnummer:", "Org.nr", "Org nr", "Organisationsnummer"])
            self.say(f"{word} {self.org_number}")
        if self.prints_decided:
            word = rng.choice(
                ["Fastställd av styrelsen", "Beslutad av styrelsen", "Godkänd av styrelsen"]
            )
            self.say(f"{word} {self.day(self.decided)}")
        if rng.random() < 0.4:
            self.say("", "Innehållsförteckning")
            for place, words in enumerate(("oversikt", "resultatrakning", "balansrakning")):
                dots = "." * rng.randint(4, 30)
                self.say(f"{place + 1}. {TITLES[words][0]} {dots} {2 + place * 3}")
        self.maybe_break(0.7)

    def introduction(self) -> None:
        rng, year = self.rng, self.end.year
        last = f"{self.end.day} {MONTHS[self.end.month - 1]}"
        self.heading("Förvaltningsberättelse")
        kind = "Årsredovisningen" if self.books.annual else "Delårsrapporten"
        self.say(f"{kind} avser perioden 1 januari - {last} {year} för {self.forbund.namn}.")
        self.prose(rng.randint(2, 5))

    def overview(self) -> None:
        self.heading(self.rng.choice(TITLES["oversikt"]))
        unit, word = self.rng.choice([("SEK", "kr"), ("SEK", "kronor"), ("TSEK", "tkr")])
        utfall = self.books.flows["utfall"].posts()
        meta = {"statement": "oversikt"} | self._period("utfall")
        result = self._money(utfall["periodens_resultat"], unit, label="Resultat", **meta)
        cost = self._money(
            -utfall["verksamhetens_kostnader"], unit, label="Verksamhetens kostnader", **meta
        )
        budget = self._money(
            self.books.flows["budget"].posts()["periodens_resultat"],
            unit,
            label="Budgeterat resultat",
            statement="oversikt",
            **self._period("budget"),
        )
        self.lines.append(
            self.rng.choice(
                [
                    text_line(f"Resultatet för perioden uppgår till {{r}} {word}.", r=result),
                    text_line(
                        f"Periodens resultat blev {{r}} {word} och kostnaderna uppgick till "
                        f"{{c}} {word}.",
                        r=result,
                        c=cost,
                    ),
                    text_line(
                        f"Resultatet blev {{r}} {word} mot ett budgeterat helårsresultat på "
                        f"{{b}} {word}.",
                        r=result,
                        b=budget,
                    ),
                ]
            )
        )
        self.prose(2)
        if self.rng.random() < 0.4:
            self.overview_table()
        if self.rng.random() < 0.6:
            self.ratios()
        if self.rng.random() < 0.3:
            self.shares()

    def overview_table(self) -> None:
        kinds = ["utfall", "fjol"] if self.books.annual else ["utfall", "fjol", "bokslut"]
        unit = self.rng.choice(["SEK", "TSEK"])
        maker = self.maker("tabs")
        sign = self.rng.choice([1, -1])
        rows = []
        for label, post in (
            ("Intäkter", "verksamhetens_intakter"),
            ("Kostnader", "verksamhetens_kostnader"),
            ("Resultat", "periodens_resultat"),
        ):
            amounts = [self.books.flows[kind].posts()[post] for kind in kinds]
            if label == "Kostnader":
                amounts = [sign * amount for amount in amounts]
            rows.append(
                Row(label, maker.cells(amounts, kinds, unit, statement="oversikt", label=label))
            )
        heads = [[self.books.span(kind)[1].isoformat()] for kind in kinds]
        table = Table(self.rng.choice(UNIT_WORDS[unit]), heads, rows)
        layout = self.main_layout if self.main_layout in CELL_COUNT_SAFE else "single"
        self.lines += [[""], *render(table, layout, self.rng), [""]]

    def ratios(self) -> None:
        balance = self.books.balances["utfall"].posts()
        share = Decimal(100 * balance["summa_eget_kapital"]) / balance["summa_tillgangar"]
        percent = share.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
        meta = {
            "statement": "nyckeltal",
            "label": "Soliditet",
            "unit": "procent",
            "scenario": "utfall",
            "period_start": "",
            "period_end": self.end.isoformat(),
        }
        figure = Figure(str(percent).replace(".", ","), percent, meta)
        self.lines.append(text_line("Soliditeten uppgick till {s} % vid periodens slut.", s=figure))

    def shares(self) -> None:
        flow = self.books.flows["utfall"]
        amounts = {"administration": sum(flow.slag.values())}
        for name, typ in self.insatser.items():
            amounts[typ] = amounts.get(typ, 0) + flow.insatser[name]
        words = {
            "administration": "administration",
            "individinriktad": "individinriktade insatser",
            "strukturovergripande": "strukturövergripande insatser",
        }
        line: Line = ["Av kostnaderna avser "]
        for place, (typ, amount) in enumerate(amounts.items()):
            percent = round(100 * amount / sum(amounts.values()))
            meta = {
                "statement": "kostnadsfordelning",
                "label": words[typ].capitalize(),
                "insatstyp": typ,
                "unit": "procent",
            } | self._period("utfall")
            last = place == len(amounts) - 1
            line += [
                "och " if last else "",
                Figure(str(percent), Decimal(percent), meta),
                f" % {words[typ]}",
                "." if last else ", " if place == 0 else " ",
            ]
        self.lines.append(line)

    def _period(self, kind: str, *, instant: bool = False) -> dict[str, str]:
        return self.maker("tabs").period(kind, instant=instant)

    def _money(self, kronor: int, unit: str, **meta: str) -> Figure:
        whole = rounded(kronor, unit)
        return Figure(self.style.amount(whole), Decimal(whole), {**meta, "unit": unit})

    # -- participants and goals --------------------------------------------------------------

    def count(self, number: int, **meta: str) -> Figure:
        base = {"statement": "deltagare", "unit": "antal"} | self._period("utfall")
        return Figure(str(number), Decimal(number), base | meta)

    def participants(self) -> None:
        rng = self.rng
        self.heading(rng.choice(TITLES["deltagare"]))
        names = [name for name, kind in self.insatser.items() if kind == "individinriktad"]
        for name in rng.sample(names, min(len(names), rng.randint(1, 3))):
            self.say("", name, "")
            flows = {key: (rng.randint(3, 60), rng.randint(3, 50)) for key in ("in", "new")}
            begun = (flows["in"][0] + flows["new"][0], flows["in"][1] + flows["new"][1])
            ended = (rng.randint(1, begun[0] - 1), rng.randint(1, begun[1] - 1))
            rows = [
                ("Totalt antal deltagare", begun),
                ("Nya deltagare", flows["new"]),
                ("Avslutade deltagare", ended),
                ("Pågående deltagare", (begun[0] - ended[0], begun[1] - ended[1])),
            ]
            if rng.random() < 0.5:
                self._participant_lines(name, rows)
            else:
                self._participant_table(name, rows)
            if rng.random() < 0.6:
                self._breakdown(name, rows)
            if rng.random() < 0.3:
                self._participants_in_prose(name, begun)

    def _participant_meta(self, name: str, label: str) -> dict[str, str]:
        meta = {"insats": name, "insatstyp": "individinriktad", "label": label}
        return meta | ({"period_start": ""} if label.startswith("Pågående") else {})

    def _participant_lines(self, name: str, rows: list[tuple[str, tuple[int, int]]]) -> None:
        colon = self.rng.choice([":", ""])
        for label, (women, men) in rows:
            meta = self._participant_meta(name, label)
            self.lines.append(
                text_line(
                    f"{label}{colon} {{t}} ({{k}} kvinnor och {{m}} män)",
                    t=self.count(women + men, **meta),
                    k=self.count(women, breakdown="kon=kvinna", **meta),
                    m=self.count(men, breakdown="kon=man", **meta),
                )
            )

    def _participant_table(self, name: str, rows: list[tuple[str, tuple[int, int]]]) -> None:
        body = []
        order = self.rng.choice([("t", "k", "m"), ("k", "m", "t")])
        for label, (women, men) in rows:
            meta = self._participant_meta(name, label)
            cells = {
                "t": self.count(women + men, **meta),
                "k": self.count(women, breakdown="kon=kvinna", **meta),
                "m": self.count(men, breakdown="kon=man", **meta),
            }
            body.append(Row(label, [cells[key] for key in order]))
        words = {"t": ["Totalt"], "k": ["Kvinnor"], "m": ["Män"]}
        table = Table("", [words[key] for key in order], body)
        self.lines += render(table, self.pick_layout(), self.rng)

    def _participants_in_prose(self, name: str, begun: tuple[int, int]) -> None:
        meta = self._participant_meta(name, "Antal deltagare")
        self.lines.append(
            text_line(
                f"Under perioden har {{t}} personer deltagit i {name}, varav {{k}} kvinnor.",
                t=self.count(sum(begun), **meta),
                k=self.count(begun[0], breakdown="kon=kvinna", **meta),
            )
        )

    def _breakdown(self, name: str, rows: list[tuple[str, tuple[int, int]]]) -> None:
        rng = self.rng
        key, title, names, base = rng.choice(
            [
                ("alder", "Ålder", AGES, 0),
                ("utbildning", "Utbildningsnivå vid start", EDUCATION, 0),
                ("forsorjning", "Försörjningskälla vid start", INCOME, 0),
                ("avslutsorsak", "Avslutsorsak", EXITS, 2),
            ]
        )
        total = sum(rows[base][1])
        self.say("", title)
        left = total
        for place, word in enumerate(names):
            number = left if place == len(names) - 1 else rng.randint(0, left)
            left -= number
            meta = self._participant_meta(name, title) | {"breakdown": f"{key}={word}"}
            self.lines.append(text_line(f"{word} {{n}}", n=self.count(number, **meta)))

    def goals(self) -> None:
        rng = self.rng
        self.heading(rng.choice(TITLES["mal"]))
        whole_year = self._period("budget") | {"scenario": "mal"}
        for aim in rng.sample(
            (
                "gå vidare till arbete eller studier",
                "vara nöjda med stödet",
                "göra en stegförflyttning",
            ),
            rng.randint(1, 3),
        ):
            wanted, reached = rng.randrange(20, 90, 5), rng.randint(5, 95)
            label = f"Andel deltagare som ska {aim}"
            base = {"statement": "mal", "label": label, "unit": "procent"}
            target = Figure(str(wanted), Decimal(wanted), base | whole_year)
            outcome = Figure(str(reached), Decimal(reached), base | self._period("utfall"))
            self.lines.append(text_line(f"Mål: Minst {{m}} % av deltagarna ska {aim}.", m=target))
            verdict = VERDICTS[0 if reached >= wanted else 1 if reached > wanted * 0.8 else 2]
            self.lines.append(text_line(f"Utfall: {{u}} %. {verdict}", u=outcome))
        self.prose(1)

    # -- tables ----------------------------------------------------------------------------

    def pick_layout(self) -> str:
        if self.rng.random() < 0.75:
            return self.main_layout
        return self.rng.choices(list(self.weights), list(self.weights.values()))[0]

    def maker(self, layout: str) -> Maker:
        """A table maker whose `nothing` does not vanish where only its place would tell."""
        nothing = self.style.nothing
        if layout not in CELL_COUNT_SAFE and nothing == "":
            nothing = "" if layout == "single" and self.rng.random() < 0.15 else "0"
        if nothing == self.style.minus == "-" and layout == "single":
            nothing = "0"
        bare = layout not in ("blocks", "alternating")
        return Maker(self.rng, self.books, self.forbund, self.style, self.insatser, nothing, bare)

    def unit(self) -> str:
        other = {"SEK": "TSEK", "TSEK": "SEK"}[self.base_unit]
        return self.base_unit if self.rng.random() < 0.75 else other

    def sheet(self, sheet: Sheet, layout: str) -> None:
        title = sheet.title or self.rng.choice(TITLES[sheet.statement])
        word = self.rng.choice(UNIT_WORDS[sheet.unit])
        if sheet.unit_place == "heading":
            title = f"{title} ({'tkr' if sheet.unit == 'TSEK' else 'kr'})"
        habits = self.habits
        if habits.titled_corner and sheet.statement != "not" and layout in TITLED_LAYOUTS:
            sheet.table.corner = title if sheet.unit_place == "heading" else f"{title}, {word}"
            self.say("")
        elif sheet.statement == "not":
            self.say("", title)
        else:
            self.heading(title)
        if habits.footnotes and sheet.table.rows and layout in CELL_COUNT_SAFE:
            marked = self.rng.choice(sheet.table.rows)
            marked.label += "" if not marked.cells else self.rng.choice([" 1)", "*", " *"])
        if habits.note_words:
            for row in sheet.table.rows:
                row.note = row.note and self.rng.choice([f"Not {row.note}", f"{row.note}, 5"])
        if sheet.unit_place == "caption":
            self.say(self.rng.choice([f"({word})", word, f"{word} om inget annat anges"]))
        lines = render(sheet.table, layout, self.rng, habits)
        if self.worn and layout in DETACHABLE and self.rng.random() < 0.2:
            lines = self._detach(sheet.table, lines)
        if self.rng.random() < 0.2 and not layout.startswith(("html", "blocks")):
            cut = self.rng.randint(len(lines) // 2, len(lines) - 1)
            depth = max(len(head) for head in sheet.table.heads)
            again = lines[:depth] if habits.repeated_head and layout in TITLED_LAYOUTS[:2] else []
            lines = [*lines[:cut], *self.furniture(), *again, *lines[cut:]]
        self.lines += lines
        self.layouts.append((sheet.statement, layout))
        self.say("")

    def _detach(self, table: Table, lines: list[Line]) -> list[Line]:
        """The column heads on lines of their own, column by column, above the table."""
        depth = max(len(head) for head in table.heads)
        words = [table.corner, *(text for head in table.heads for text in head)]
        return [*([text] for text in words if text), [""], *lines[depth:]]

    def statement(self, statement: str) -> None:
        layout = self.pick_layout()
        maker = self.maker(layout)
        if statement == "driftredovisning":
            self.sheet(maker.operations(self.unit()), layout)
        elif statement == "not":
            self.notes(layout)
        else:
            self.sheet(maker.statement(statement, self.unit()), layout)
        self.maybe_break(0.4)

    def notes(self, layout: str) -> None:
        self.heading(self.rng.choice(TITLES["not"]))
        self.say(f"Not 1 {NOTE_OTHER[0]}", *NOTE_OTHER[1:], "")
        maker, unit = self.maker(layout), self.unit()
        for make in (maker.note_members, maker.note_insatser, maker.note_debts):
            if self.rng.random() < 0.75:
                self.sheet(make(unit), layout)

    def signatures(self) -> None:
        rng = self.rng
        self.heading("Styrelsens beslut")
        self.say("Styrelsen intygar att rapporten ger en rättvisande bild av förbundets ekonomi.")
        if self.prints_decided and rng.random() < 0.6:
            self.say("", f"Datum: {self.decided.isoformat()}")
        self.say("", "Ordförande", "Vice ordförande", "Ledamot")

    def _activities(self) -> Activities:
        """Drawn from a stream of their own: the rest of a seed's report stays as it is."""
        report = self.report()
        return Activities(
            Random(f"{report}:{len(self.lines)}:{self.rng.getstate()[1][:4]}"),
            self.books,
            self.style,
            self.end,
            [name for name, kind in self.insatser.items() if kind == "individinriktad"],
        )

    def write(self) -> Draft:
        rng = self.rng
        self.title_page()
        self.introduction()
        tables = ["resultatrakning"]
        chances = {"balansrakning": 0.93, "kassaflode": 0.6, "driftredovisning": 0.75, "not": 0.65}
        tables += [name for name, chance in chances.items() if rng.random() < chance]
        if rng.random() < 0.35:
            rng.shuffle(tables)
        sections = [self.overview, self.participants, self.goals]
        rng.shuffle(sections)
        for section in sections[: rng.randint(1, 3)]:
            section()
            self.maybe_break(0.4)
        for section in self._activities().sections():
            self.lines += section
        for name in tables:
            self.statement(name)
        self.signatures()
        return Draft(self.lines, self.report(), self.layouts, self.style)


def compose(rng: Random, *, worn: bool, layout: str | None = None) -> Draft:
    """A consistent report; `worn` prefers the layouts that scanning leaves.

    `layout`, one of `page.LAYOUTS`, forces every table and plain digit grouping.
    """
    if layout is not None and layout not in LAYOUTS:
        raise ValueError(f"no layout {layout!r}: one of {', '.join(LAYOUTS)}")
    return _Composer(rng, worn=worn, layout=layout).write()

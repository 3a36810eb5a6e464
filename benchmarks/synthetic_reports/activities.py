"""What a report says beside its accounts: sentences, goals, courses, charts, staff, members.

Belongs here: sections whose figures stand in running text or in tables without cells, with what
is true of each figure. Does not belong here: the order of a report (`compose`), the accounts
(`books`).

The sentences are made up. Numbers that are no facts (telephone, register, law, page) stand among
them on purpose.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from .books import Books
from .figures import Figure, NumberStyle, rounded
from .page import Line, text_line
from .vocabulary import (
    CHART_AGES,
    COURSES,
    EDUCATION,
    EXITS,
    INCOME,
    NO_FACTS,
    RESPONSIBLE,
    STAFF,
    VERDICTS,
)

WORDS = {"SEK": ("kr", "kronor"), "TSEK": ("tkr", "tusen kronor")}


@dataclass
class Activities:
    """Writes the sections of one report; `insatser` are its individinriktade by name."""

    rng: Random
    books: Books
    style: NumberStyle
    end: date
    insatser: list[str]

    def sections(self) -> list[list[Line]]:
        """Some of the sections, in any order, each opening with a heading where it needs one."""
        chosen: list[tuple[float, Callable[[], list[Line]]]] = [
            (0.6, self.money),
            (0.6, self.people),
            (0.35, self.courses),
            (0.4, self.goal_table),
            (0.3, self.chart),
            (0.35, self.categories),
            (0.35, self.staff),
            (0.3, self.members),
            (0.5, self.no_facts),
        ]
        made = [make() for chance, make in chosen if self.rng.random() < chance]
        self.rng.shuffle(made)
        return made

    # -- what is true ------------------------------------------------------------------------

    def _span(self, when: str) -> dict[str, str]:
        """Period of a figure: own, before (the same of the year before), year, end (a day)."""
        end, year = self.end, self.end.year
        if when == "year":
            return {"period_start": f"{year}-01-01", "period_end": f"{year}-12-31"}
        if when == "end":
            return {"period_start": "", "period_end": end.isoformat()}
        if when == "before":
            last = date(year - 1, end.month, end.day)
            return {"period_start": f"{year - 1}-01-01", "period_end": last.isoformat()}
        return {"period_start": f"{year}-01-01", "period_end": end.isoformat()}

    def _figure(
        self,
        printed: str,
        value: Decimal | int,
        *,
        unit: str = "antal",
        when: str = "own",
        scenario: str = "utfall",
        **meta: str,
    ) -> Figure:
        base = {"unit": unit, "scenario": scenario} | self._span(when)
        return Figure(printed, Decimal(value), base | meta)

    def _count(self, number: int, label: str, insats: str, **meta: str) -> Figure:
        about = {"statement": "deltagare", "label": label, "insats": insats}
        kind = {"insatstyp": "individinriktad"} if insats else {}
        return self._figure(str(number), number, **(about | kind | meta))

    def _money(self, kronor: int, unit: str, **meta: str) -> Figure:
        whole = rounded(kronor, unit)
        return self._figure(self.style.amount(whole), whole, unit=unit, **meta)

    # -- sentences ---------------------------------------------------------------------------

    def money(self) -> list[Line]:
        """Results, budgets, forecasts in a few of their wordings."""
        rng, unit = self.rng, self.rng.choice(["SEK", "TSEK"])
        word = rng.choice(WORDS[unit])
        result = self.books.flows["utfall"].posts()["periodens_resultat"]
        last = self.books.flows["fjol"].posts()["periodens_resultat"]
        over = {"statement": "oversikt", "label": "Resultat"}
        lines: list[Line] = []
        kind = rng.choice(["plain", "named", "millions", "last"])
        if kind == "plain":
            lines.append(
                text_line(
                    f"Periodens resultat blev {{r}} {word}.", r=self._money(result, unit, **over)
                )
            )
        elif kind == "named":
            noun = "underskott" if result < 0 else "överskott"
            whole = rounded(result, unit)
            printed = self.style.amount(abs(whole))
            figure = self._figure(
                printed, whole, unit=unit, note="tryckt som underskott" if whole < 0 else "", **over
            )
            lines.append(
                text_line(f"Förbundet redovisar för perioden ett {noun} om {{r}} {word}.", r=figure)
            )
        elif kind == "millions":
            tenths = round(result / 100_000)
            printed = f"{tenths / 10:.1f}".replace(".", ",")
            figure = self._figure(
                printed, tenths * 100_000, unit="SEK", note="tryckt i miljoner kronor", **over
            )
            lines.append(text_line("Resultatet för perioden uppgår till {r} mkr.", r=figure))
        else:
            lines.append(
                text_line(
                    f"Resultatet uppgick till {{r}} {word}, att jämföra med {{f}} {word} "
                    "samma period föregående år.",
                    r=self._money(result, unit, **over),
                    f=self._money(last, unit, when="before", **over),
                )
            )
        if rng.random() < 0.5:
            guess = rng.randint(-900_000, 900_000)
            lines.append(
                text_line(
                    f"Prognosen för helåret är ett resultat på {{p}} {word}.",
                    p=self._money(
                        guess,
                        unit,
                        when="year",
                        scenario="prognos",
                        statement="oversikt",
                        label="Prognostiserat resultat",
                    ),
                )
            )
        if rng.random() < 0.4:
            off = rng.randint(5_000, 400_000)
            lines.append(
                text_line(
                    f"Förbundet har förbrukat {{d}} {word} mindre än budgeterat.",
                    d=self._money(
                        off,
                        unit,
                        scenario="avvikelse",
                        statement="oversikt",
                        label="Förbrukat mindre än budgeterat",
                    ),
                )
            )
        return [[""], *lines, [""]]

    def people(self) -> list[Line]:
        """Participants in running text: now, last year, at the end, women and men."""
        rng = self.rng
        name = rng.choice(self.insatser)
        women, men, old = rng.randint(3, 70), rng.randint(3, 70), rng.randint(10, 150)
        every = women + men
        total = self._count(every, "Antal deltagare", name)
        lines = [
            rng.choice(
                [
                    lambda: text_line(
                        f"I {name} har {{t}} personer deltagit, varav {{k}} kvinnor och {{m}} män.",
                        t=total,
                        k=self._count(women, "Antal deltagare", name, breakdown="kon=kvinna"),
                        m=self._count(men, "Antal deltagare", name, breakdown="kon=man"),
                    ),
                    lambda: text_line(
                        f"Antalet deltagare i {name} uppgick till {{t}}, jämfört med {{f}} "
                        "samma period föregående år.",
                        t=total,
                        f=self._count(old, "Antal deltagare", name, when="before"),
                    ),
                    lambda: text_line(
                        f"Vid periodens slut var {{p}} deltagare inskrivna i {name}.",
                        p=self._count(every, "Inskrivna", name, when="end"),
                    ),
                    lambda: text_line(
                        f"Under perioden har {{n}} nya deltagare börjat i {name}.",
                        n=self._count(every, "Nya deltagare", name),
                    ),
                    lambda: text_line(
                        f"Under perioden avslutades {{e}} deltagare i {name}.",
                        e=self._count(every, "Avslutade deltagare", name),
                    ),
                ]
            )()
        ]
        return [[""], *lines, [""]]

    def no_facts(self) -> list[Line]:
        """Numbers that say nothing of the förbund's activity."""
        rng = self.rng
        texts = [
            text.format(
                a=rng.randint(100, 999),
                b=rng.randint(10, 99),
                c=rng.randint(10, 99),
                d=rng.randint(1, 30),
                y=self.end.year,
            )
            for text in rng.sample(NO_FACTS, rng.randint(1, 3))
        ]
        return [[""], *([text] for text in texts), [""]]

    # -- tables without cells ----------------------------------------------------------------

    def courses(self) -> list[Line]:
        """What was held, how often, for how many and at what cost."""
        rng = self.rng
        layout = rng.choice(["tabs", "single", "responsible"])
        heads = ["Tillfällen", "Antal deltagare", "Kostnad"]
        lines: list[Line] = [
            [""],
            [rng.choice(["Utbildningsinsatser", "Genomförda utbildningar"])],
            [""],
        ]
        first = rng.choice(["Utbildning", "Vad", "Aktivitet"])
        who = ["Vem ansvarar"] if layout == "responsible" else []
        lines.append(
            ["\t".join([first, *heads]) if layout == "tabs" else " ".join([first, *who, *heads])]
        )
        gap = "\t" if layout == "tabs" else " "
        for label in rng.sample(COURSES, rng.randint(2, 4)):
            meta = {"statement": "utbildning", "label": label}
            cost = rng.randint(1, 60) * 1000
            cells = [
                self._figure(
                    str(n := rng.randint(1, 9)), n, breakdown=f"kolumn={heads[0]}", **meta
                ),
                self._figure(
                    str(n := rng.randint(8, 140)), n, breakdown=f"kolumn={heads[1]}", **meta
                ),
                self._figure(
                    f"{cost:,}".replace(",", " "),
                    cost,
                    unit="SEK",
                    breakdown=f"kolumn={heads[2]}",
                    **meta,
                ),
            ]
            shown = f"{label} {rng.choice(RESPONSIBLE)}" if who else label
            line: Line = [shown]
            for cell in cells:
                line += [gap, cell]
            lines.append(line)
        return [*lines, [""]]

    def goal_table(self) -> list[Line]:
        """Goal, outcome and verdict in three columns: in cells, or run into each other."""
        rng = self.rng
        name = rng.choice(self.insatser)
        lines: list[Line] = [[""], [f"Mål för {name}"], [""]]
        torn = rng.random() < 0.5
        lines.append(["Mål Utfall Bedömning" if torn else "Mål\tUtfall\tBedömning"])
        for aim in rng.sample(
            (
                "ska ha gått vidare till arbete",
                "ska ha börjat studera",
                "ska vara nöjda med stödet",
            ),
            rng.randint(1, 3),
        ):
            wanted, reached = rng.randrange(20, 95, 5), rng.randint(5, 95)
            meta = {
                "statement": "mal",
                "insats": name,
                "insatstyp": "individinriktad",
                "label": f"Andel deltagare som {aim}",
                "unit": "procent",
            }
            goal = self._figure(str(wanted), wanted, when="year", scenario="mal", **meta)
            outcome = self._figure(str(reached), reached, **meta)
            verdict = VERDICTS[0 if reached >= wanted else 2]
            if not torn:
                lines.append(
                    text_line(
                        f"{{m}} % av deltagarna {aim}.\t{{u}} % av deltagarna har "
                        f"gjort det.\t{verdict}",
                        m=goal,
                        u=outcome,
                    )
                )
                continue
            head, _, tail = verdict.partition(" bedöms ")
            first, second = aim.rsplit(" ", 2)[0], " ".join(aim.rsplit(" ", 2)[1:])
            lines += [
                text_line(f"{{m}} % av deltagarna Under perioden nådde {head} bedöms", m=goal),
                text_line(f"{first} {{u}} % av deltagarna dit {tail}", u=outcome),
                [f"{second}."],
                [""],
            ]
        return [*lines, [""]]

    # -- charts ------------------------------------------------------------------------------

    def chart(self) -> list[Line]:
        """A bar chart by sex and age whose labels a text layer has scattered."""
        rng = self.rng
        name = rng.choice(self.insatser)
        label = rng.choice(["Antal deltagare i insats", "Tot antal deltagare i insats"])
        ages = CHART_AGES[: rng.randint(3, 4)]
        cells = [(rng.randint(6, 40), rng.randint(4, 30)) for _ in ages]
        women, men = sum(k for k, _ in cells), sum(m for _, m in cells)
        step = 20 if women + men > 60 else 10
        lines: list[Line] = [[""], [name], [""], [label], [""]]
        top = (women + men) // step * step + step
        lines += [[str(tick)] for tick in range(top, step, -step)]
        lines += [[""], ["Antal deltagare"], [""]]
        marks = [(women + men, "", ""), (women, "kvinna", ""), (men, "man", "")]
        for age, (k, m) in zip(ages, cells, strict=True):
            marks += [(k, "kvinna", age), (m, "man", age), (k + m, "", age)]
        band = max(2, (women + men) // 25)  # labels of nearly one height share a line
        waiting = sorted({value for value, _, _ in marks}, reverse=True)
        while waiting:
            heights = [value for value in waiting if value > waiting[0] - band]
            waiting = waiting[len(heights) :]
            row: Line = []
            for value, kon, age in marks[3:] + marks[:3]:
                if value not in heights:
                    continue
                parts = [f"kon={kon}"] if kon else []
                parts += [f"alder={age}"] if age else []
                breakdown = {"breakdown": ";".join(parts)} if parts else {}
                row += [*([" "] if row else []), self._count(value, label, name, **breakdown)]
            lines.append(row)
        lines += [[""], [" ".join([*ages, "Slutsumma"])], [""], ["Åldersintervall"], [""]]
        return [*lines, ["Kön Kvinna Man Slutsumma"], [""]]

    def categories(self) -> list[Line]:
        """Education, income or exit reason: labels and numbers in blocks, in turn or in cells."""
        rng = self.rng
        name = rng.choice(self.insatser)
        key, title, names = rng.choice(
            [
                ("utbildning", "Utbildningsnivå vid start av insats", EDUCATION),
                ("forsorjning", "Försörjningskälla vid start av insats", INCOME),
                ("avslutsorsak", "Avslutsorsaker", EXITS),
            ]
        )
        figures = [
            self._count(rng.randint(0, 40), title, name, breakdown=f"{key}={word}")
            for word in names
        ]
        lines: list[Line] = [[""], [name], [""], [title]]
        layout = rng.choice(["lines", "turns", "blocks", "tabs"])
        pairs = list(zip(names, figures, strict=True))
        if layout == "lines":
            lines += [[word, " ", figure] for word, figure in pairs]
        elif layout == "tabs":
            lines += [[word, "\t", figure] for word, figure in pairs]
        elif layout == "turns":
            lines += [line for word, figure in pairs for line in ([word], [figure])]
        else:
            lines += [*([word] for word in names), [""], *([figure] for figure in figures)]
        return [*lines, [""]]

    # -- staff and members -------------------------------------------------------------------

    def staff(self) -> list[Line]:
        """Posts and working time."""
        rng = self.rng
        tenths = rng.choice([5, 10, 15, 20, 25])
        printed = f"{tenths / 10:g}".replace(".", ",")
        post = self._figure(
            printed,
            Decimal(tenths) / 10,
            unit="tjanst",
            statement="personal",
            label="Kansliet",
        )
        return [
            [""],
            text_line(
                f"Kansliet har under perioden bestått av {{a}} tjänster {rng.choice(STAFF)}.",
                a=post,
            ),
            [""],
        ]

    def members(self) -> list[Line]:
        """What each member pays, in words."""
        base = {
            "statement": "medlemsbidrag",
            "label": "Finansieringsandel",
            "unit": "procent",
            "when": "year",
            "note": "tal i ord",
        }
        region = self.rng.choice(["Region Mittland", "Region Sydvik"])
        half = self._figure(
            "hälften", 50, breakdown="medlem=Försäkringskassan och Arbetsförmedlingen", **base
        )
        quarter = self._figure("en fjärdedel", 25, breakdown=f"medlem={region}", **base)
        return [
            [""],
            text_line(
                "Förbundet finansieras av Försäkringskassan och Arbetsförmedlingen med {h} av "
                f"medlen och {region} med {{q}}.",
                h=half,
                q=quarter,
            ),
            [""],
        ]

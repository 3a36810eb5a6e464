"""The tables of a report: statements, driftredovisning and notes with their figures.

Belongs here: which rows and columns a table has and what is true of each cell. Does not
belong here: layout (`page`), the order of the report (`compose`), damage (`wear`).
"""

from dataclasses import dataclass
from decimal import Decimal
from random import Random

from .books import Books
from .figures import Figure, NumberStyle, rounded
from .heads import flow_heads, instant_heads
from .page import Part, Row, Table
from .register import Forbund
from .vocabulary import LABELS, SUPPLIERS, UNIT_WORDS

SCENARIO = {
    "utfall": "utfall",
    "fjol": "utfall",
    "bokslut": "utfall",
    "budget": "budget",
    "budget_period": "budget",
    "prognos": "prognos",
    "avvikelse": "avvikelse",
    "andel": "utfall",
    "intakt": "utfall",
    "kostnad": "utfall",
}
# Columns that differ in what they measure, not in period or scenario.
COLUMN = {
    "andel": "kolumn=Förbrukat %",
    "intakt": "kolumn=Utfall intäkt",
    "kostnad": "kolumn=Utfall kostnad",
}
COSTS = {
    "administration",
    "kostnader_insatser",
    "verksamhetens_kostnader",
    "avskrivningar",
    "finansiella_kostnader",
    "ovriga_verksamhetskostnader",
}
OPTIONAL = {
    "avskrivningar",
    "extraordinara_poster",
    "finansiella_intakter",
    "finansiella_kostnader",
    "ovriga_intakter",
    "kundfordringar",
    "summa_anlaggningstillgangar",
    "materiella_anlaggningstillgangar",
    "kortfristiga_placeringar",
    "avsattningar_pensioner",
    "summa_avsattningar",
    "kassaflode_investeringsverksamhet",
    "kassaflode_finansieringsverksamhet",
    "justering_ej_likviditetspaverkande",
}


@dataclass
class Sheet:
    """A table before it is set: its statement, unit and title, and where the unit is said."""

    statement: str
    unit: str
    title: str
    table: Table
    unit_place: str


@dataclass
class Maker:
    """Makes the tables of one report.

    `nothing` overrides the style where blanks are lost; `bare` allows a line item with no
    cell at all, which no reader could place among blocks of values.
    """

    rng: Random
    books: Books
    forbund: Forbund
    style: NumberStyle
    insatser: dict[str, str]
    nothing: str
    bare: bool

    # -- cells ---------------------------------------------------------------------------

    def figure(self, kronor: int, unit: str, **meta: str) -> Figure:
        """A figure in `unit`; `meta` are columns of the fact contract."""
        whole = rounded(kronor, unit)
        return Figure(self.style.amount(whole), Decimal(whole), {**meta, "unit": unit})

    def period(self, kind: str, *, instant: bool) -> dict[str, str]:
        start, end = self.books.span(kind if kind in self.books.flows else "utfall")
        return {
            "scenario": SCENARIO[kind],
            "period_start": "" if instant else start.isoformat(),
            "period_end": end.isoformat(),
        }

    def cells(
        self,
        amounts: list[int],
        kinds: list[str],
        unit: str,
        *,
        instant: bool = False,
        **meta: str,
    ) -> list[Part]:
        """One cell per column: a figure, or what the report prints for nothing."""
        cells: list[Part] = []
        for amount, kind in zip(amounts, kinds, strict=True):
            printed_in = "procent" if kind == "andel" else unit
            column = {"breakdown": COLUMN[kind]} if kind in COLUMN else {}
            if rounded(amount, printed_in) == 0 and self.nothing != "0":
                cells.append(self.nothing)
            else:
                period = self.period(kind, instant=instant)
                cells.append(self.figure(amount, printed_in, **meta, **column, **period))
        return cells

    def label(self, statement: str, post: str, *, summa: bool | None = None) -> str:
        """A wording of the line item; `summa` asks for one that says so, or does not."""
        words = LABELS[statement][post]
        if summa is not None:
            fitting = [word for word in words if word.upper().startswith(("SUMMA", "S:A")) == summa]
            words = tuple(fitting) or words
        return self.rng.choice(words)

    # -- statements ----------------------------------------------------------------------

    def statement(self, statement: str, unit: str) -> Sheet:
        kinds = self._columns(statement)
        rows = {
            "resultatrakning": self._income_rows,
            "balansrakning": self._balance_rows,
            "kassaflode": self._cash_rows,
        }[statement](kinds, unit)
        heads = (
            instant_heads(kinds, self.books, self.rng)
            if statement == "balansrakning"
            else flow_heads(kinds, self.books, self.rng)
        )
        noted = self.rng.random() < 0.35
        if noted:
            self._number_notes(rows)
        return self._sheet(statement, unit, Table("", heads, rows, has_note=noted))

    def _sheet(self, statement: str, unit: str, table: Table, title: str = "") -> Sheet:
        place = self.rng.choices(["corner", "heading", "caption"], [50, 25, 25])[0]
        if place == "corner":
            table.corner = self.rng.choice(UNIT_WORDS[unit])
        return Sheet(statement, unit, title, table, place)

    def _columns(self, statement: str) -> list[str]:
        rng, annual = self.rng, self.books.annual
        if statement == "balansrakning":
            options = [
                ["utfall"],
                ["utfall", "fjol"],
                ["utfall", "bokslut"],
                ["utfall", "fjol", "bokslut"],
                ["bokslut", "utfall"],
            ]
        elif statement == "kassaflode":
            options = [["utfall"], ["utfall", "fjol"], ["utfall", "fjol", "bokslut"]]
        else:
            options = [
                ["utfall"],
                ["utfall", "fjol"],
                ["utfall", "fjol"],
                ["utfall", "fjol", "bokslut"],
                ["utfall", "budget", "prognos"],
                ["utfall", "budget_period", "avvikelse", "fjol"],
                ["fjol", "utfall"],
                ["utfall", "fjol", "prognos", "budget", "bokslut"],
                ["budget", "utfall", "prognos"],
                ["utfall", "bokslut"],
            ]
        kinds = rng.choice(options)
        if annual:
            kinds = [kind for kind in kinds if kind not in ("bokslut", "prognos")] or ["utfall"]
            if "utfall" not in kinds:
                kinds = ["utfall", *kinds]
        return kinds

    def _amounts(self, post: str, kinds: list[str], costs: int) -> list[int]:
        """Signed kronor of a line of the resultaträkning as printed; `costs` is 1 or -1."""
        amounts = []
        for kind in kinds:
            if kind == "avvikelse":
                wanted = self.books.flows["utfall"].posts()[post]
                amounts.append(wanted - self.books.flows["budget_period"].posts()[post])
            else:
                amount = self.books.flows[kind].posts()[post]
                amounts.append(-amount if post in COSTS and costs > 0 else amount)
        return amounts

    def _income_rows(self, kinds: list[str], unit: str) -> list[Row]:
        costs = self.rng.choices([-1, 1], [60, 40])[0]
        form = self.rng.choice(["compact", "compact", "split", "kinds", "natur"])
        rows: list[Row] = []

        def post(code: str, *, summa: bool | None = None) -> None:
            amounts = self._amounts(code, kinds, costs)
            self._add(rows, ("resultatrakning", code), amounts, kinds, unit, summa=summa)

        def named(values: dict[str, dict[str, int]]) -> None:
            self._add_named(rows, values, kinds, unit, costs)

        if form == "compact":
            post("verksamhetens_intakter", summa=False)
            post("verksamhetens_kostnader", summa=False)
        else:
            rows.append(Row("Verksamhetens intäkter"))
            post("medlemsbidrag")
            post("ovriga_intakter")
            post("verksamhetens_intakter", summa=True)
            rows.append(Row("Verksamhetens kostnader"))
            if form == "split":
                post("administration")
                post("kostnader_insatser")
            elif form == "kinds":
                named({kind: flow.slag for kind, flow in self.books.flows.items()})
                post("kostnader_insatser")
            else:
                named({kind: flow.natur for kind, flow in self.books.flows.items()})
            post("verksamhetens_kostnader", summa=True)
        post("avskrivningar")
        post("verksamhetens_resultat")
        post("finansiella_intakter")
        post("finansiella_kostnader")
        if self.rng.random() < 0.3:
            post("finansnetto")
        extraordinary = any(
            self.books.flows[kind].extraordinara for kind in kinds if kind != "avvikelse"
        )
        if extraordinary or self.rng.random() < 0.8:
            post("resultat_efter_finansiella_poster")
            post("extraordinara_poster")
        post("periodens_resultat")
        return rows

    def _add(
        self,
        rows: list[Row],
        item: tuple[str, str],
        amounts: list[int],
        kinds: list[str],
        unit: str,
        *,
        summa: bool | None = None,
    ) -> None:
        """Append the line; an empty optional one is left out, bare or printed with nothing."""
        statement, code = item
        label = self.label(statement, code, summa=summa)
        if code in OPTIONAL and not any(amounts):
            choice = self.rng.random()
            if choice < 0.5:
                return
            if choice < 0.7 and self.bare:
                rows.append(Row(label))
                return
        instant = statement == "balansrakning" or code.startswith("likvida_medel")
        cells = self.cells(
            amounts, kinds, unit, instant=instant, statement=statement, label=label, post_code=code
        )
        rows.append(Row(label, cells))

    def _add_named(
        self,
        rows: list[Row],
        values: dict[str, dict[str, int]],
        kinds: list[str],
        unit: str,
        costs: int,
    ) -> None:
        for name in values["utfall"]:
            amounts = []
            for kind in kinds:
                if kind == "avvikelse":
                    amounts.append(values["budget_period"][name] - values["utfall"][name])
                else:
                    amounts.append(costs * values[kind][name])
            meta = {
                "statement": "resultatrakning",
                "label": name,
                "post_code": "ovriga_verksamhetskostnader",
            }
            rows.append(Row(name, self.cells(amounts, kinds, unit, **meta)))

    def _balance_rows(self, kinds: list[str], unit: str) -> list[Row]:
        rows: list[Row] = []
        books = {kind: self.books.balances[kind].posts() for kind in kinds}

        def post(code: str, *, summa: bool | None = None) -> None:
            amounts = [books[kind][code] for kind in kinds]
            self._add(rows, ("balansrakning", code), amounts, kinds, unit, summa=summa)

        compact = self.rng.random() < 0.35
        if self.rng.random() < 0.6:
            rows.append(Row(self.rng.choice(["Tillgångar", "TILLGÅNGAR"])))
        if compact:
            post("summa_anlaggningstillgangar", summa=False)
            rows.append(Row("Omsättningstillgångar"))
            post("fordringar", summa=False)
        else:
            if any(books[kind]["materiella_anlaggningstillgangar"] for kind in kinds):
                rows.append(Row("Anläggningstillgångar"))
                post("materiella_anlaggningstillgangar")
                post("summa_anlaggningstillgangar", summa=True)
            rows.append(Row("Omsättningstillgångar"))
            post("kundfordringar")
            post("ovriga_fordringar")
            post("forutbetalda_kostnader_och_upplupna_intakter")
            if self.rng.random() < 0.5:
                post("fordringar", summa=True)
        post("kortfristiga_placeringar")
        post("kassa_och_bank")
        post("summa_omsattningstillgangar")
        post("summa_tillgangar")
        if self.rng.random() < 0.7:
            rows.append(
                Row(
                    self.rng.choice(
                        [
                            "Eget kapital och skulder",
                            "SKULDER OCH EGET KAPITAL",
                            "Eget kapital, avsättningar och skulder",
                        ]
                    )
                )
            )
        if compact:
            post("summa_eget_kapital", summa=False)
            post("summa_avsattningar", summa=False)
            post("summa_kortfristiga_skulder", summa=False)
        else:
            rows.append(Row("Eget kapital"))
            post("ingaende_eget_kapital")
            post("periodens_resultat")
            post("summa_eget_kapital", summa=True)
            if any(books[kind]["avsattningar_pensioner"] for kind in kinds):
                rows.append(Row("Avsättningar"))
                post("avsattningar_pensioner")
                post("summa_avsattningar", summa=True)
            rows.append(Row(self.rng.choice(["Skulder", "Kortfristiga skulder"])))
            post("leverantorsskulder")
            post("ovriga_kortfristiga_skulder")
            post("upplupna_kostnader_och_forutbetalda_intakter")
            post("summa_kortfristiga_skulder", summa=True)
            if self.rng.random() < 0.3:
                post("summa_skulder")
        post("summa_eget_kapital_och_skulder")
        return rows

    def _cash_rows(self, kinds: list[str], unit: str) -> list[Row]:
        rows: list[Row] = []
        books = {kind: self.books.cash(kind) for kind in kinds}
        if self.rng.random() < 0.4:
            rows.append(Row("Den löpande verksamheten"))
        for code in LABELS["kassaflode"]:
            amounts = [books[kind][code] for kind in kinds]
            self._add(rows, ("kassaflode", code), amounts, kinds, unit)
        return rows

    def _number_notes(self, rows: list[Row]) -> None:
        numbers = {
            "medlemsbidrag": "2",
            "kostnader_insatser": "3",
            "summa_kortfristiga_skulder": "4",
            "verksamhetens_intakter": "2",
            "verksamhetens_kostnader": "3",
            "leverantorsskulder": "4",
        }
        for row in rows:
            figures = [cell for cell in row.cells if isinstance(cell, Figure)]
            if figures and self.rng.random() < 0.85:
                row.note = numbers.get(figures[0].meta["post_code"], "")

    # -- costs per insats ------------------------------------------------------------------

    def operations(self, unit: str) -> Sheet:
        """Driftredovisning: costs per insats and kind, with sums, in several scenarios."""
        rng = self.rng
        options = [
            ["utfall", "budget_period", "avvikelse"],
            ["utfall", "budget", "prognos"],
            ["utfall", "budget"],
            ["budget", "utfall"],
            ["utfall", "fjol"],
            ["budget", "budget_period", "utfall"],
            ["budget", "utfall", "andel"],
            ["intakt", "kostnad", "utfall", "budget_period", "avvikelse"],
        ]
        if self.books.annual:
            options = [
                ["utfall", "budget_period", "avvikelse"],
                ["utfall", "fjol"],
                ["intakt", "kostnad", "utfall", "budget_period", "avvikelse"],
            ]
        kinds = rng.choice(options)
        rows: list[Row] = []
        grouped = rng.random() < 0.6
        groups = [
            ("individinriktad", "Individinriktade insatser"),
            ("strukturovergripande", "Strukturövergripande insatser"),
        ]
        for typ, heading in groups:
            names = [name for name, kind in self.insatser.items() if kind == typ]
            if grouped:
                rows.append(Row(heading))
            for name in names:
                rows.append(self._cost_row(name, kinds, unit, [name], insats=name, insatstyp=typ))
            if grouped:
                label = rng.choice(["Summa", f"Summa {heading.lower()}"])
                rows.append(self._cost_row(label, kinds, unit, names, insatstyp=typ))
        with_admin = rng.random() < 0.6
        if with_admin:
            label = rng.choice(["Administration", "Kansli", "Administration/kansli"])
            rows.append(self._cost_row(label, kinds, unit, ["*"], insatstyp="administration"))
        label = rng.choice(["Summa", "Totalt", "Summa kostnader", "Summa kostnader insatser"])
        label = "Totalt" if with_admin and "insatser" in label else label
        parts = [*self.insatser, *(["*"] if with_admin else [])]
        rows.append(self._cost_row(label, kinds, unit, parts))
        heads = flow_heads(kinds, self.books, rng)
        return self._sheet("driftredovisning", unit, Table("", heads, rows))

    def _cost_row(
        self,
        label: str,
        kinds: list[str],
        unit: str,
        parts: list[str],
        statement: str = "driftredovisning",
        **meta: str,
    ) -> Row:
        def spent(kind: str) -> int:
            flow = self.books.flows[kind]
            return sum(
                sum(flow.slag.values()) if part == "*" else flow.insatser[part] for part in parts
            )

        def amount(kind: str) -> int:
            if kind == "avvikelse":
                return spent("budget_period") - spent("utfall")
            if kind == "andel":
                return round(100 * spent("utfall") / spent("budget"))
            if kind == "intakt":
                return 0
            return spent("utfall" if kind == "kostnad" else kind)

        amounts = [amount(kind) for kind in kinds]
        meta |= {"statement": statement, "label": label}
        return Row(label, self.cells(amounts, kinds, unit, **meta))

    # -- notes -----------------------------------------------------------------------------

    def note_members(self, unit: str) -> Sheet:
        kinds = self.rng.choice([["utfall"], ["utfall", "fjol"]])
        flows = [self.books.flows[kind] for kind in kinds]
        prefix = self.rng.choice(["", "", "Driftbidrag från ", "Bidrag "])
        rows = []
        for name in flows[0].medlemmar:
            meta = {"statement": "not", "label": prefix + name, "breakdown": f"medlem={name}"}
            amounts = [flow.medlemmar[name] for flow in flows]
            rows.append(Row(prefix + name, self.cells(amounts, kinds, unit, **meta)))
        totals = [sum(flow.medlemmar.values()) for flow in flows]
        rows.append(self._sum_row(totals, kinds, unit))
        return self._note(2, ("Medlemsbidrag", "Verksamhetens intäkter"), unit, kinds, rows)

    def note_insatser(self, unit: str) -> Sheet:
        kinds = self.rng.choice([["utfall"], ["utfall", "fjol"], ["budget", "utfall"]])
        if self.books.annual:
            kinds = ["utfall", "fjol"]
        rows = [
            self._cost_row(name, kinds, unit, [name], "not", insats=name, insatstyp=typ)
            for name, typ in self.insatser.items()
        ]
        totals = [sum(self.books.flows[kind].insatser.values()) for kind in kinds]
        rows.append(self._sum_row(totals, kinds, unit))
        return self._note(3, ("Kostnader insatser", "Insatser"), unit, kinds, rows)

    def note_debts(self, unit: str) -> Sheet:
        kinds = self.rng.choice([["utfall"], ["utfall", "bokslut"]])
        balances = [self.books.balances[kind] for kind in kinds]
        rows = []
        for name in balances[0].skulder:
            meta = {"statement": "not", "label": name, "breakdown": f"leverantor={name}"}
            amounts = [balance.skulder[name] for balance in balances]
            rows.append(Row(name, self.cells(amounts, kinds, unit, instant=True, **meta)))
        totals = [sum(balance.skulder.values()) for balance in balances]
        rows.append(self._sum_row(totals, kinds, unit, instant=True))
        return self._note(4, ("Leverantörsskulder",), unit, kinds, rows, instant=True)

    def _sum_row(
        self, totals: list[int], kinds: list[str], unit: str, *, instant: bool = False
    ) -> Row:
        label = self.rng.choice(["Summa", "Summa", "Totalt"])
        cells = self.cells(totals, kinds, unit, instant=instant, statement="not", label=label)
        return Row(label, cells)

    def _note(
        self,
        number: int,
        titles: tuple[str, ...],
        unit: str,
        kinds: list[str],
        rows: list[Row],
        *,
        instant: bool = False,
    ) -> Sheet:
        title = self.rng.choice(titles)
        name = self.rng.choice(
            [
                f"Not {number} {title}",
                f"Not {number}. {title}",
                f"Not {number} – {title}",
                f"NOT {number} {title.upper()}",
            ]
        )
        heads = (instant_heads if instant else flow_heads)(kinds, self.books, self.rng)
        return self._sheet("not", unit, Table("", heads, rows), name)


def pick_suppliers(rng: Random) -> list[str]:
    """Names of those the förbund owes money."""
    return rng.sample(SUPPLIERS, rng.randint(2, 6))

"""The accounts behind one synthetic report, in whole kronor, where every identity holds.

Belongs here: income, costs, balances and cash flow of each period and scenario, kept
consistent by construction. Does not belong here: rounding, labels, layout.

Signs are the stored ones: income, assets and debt positive, costs negative.
"""

from dataclasses import dataclass
from datetime import date
from random import Random


@dataclass(frozen=True)
class Flow:
    """What happened (or was planned) in one period under one scenario.

    `slag` (costs of administration by kind), `insatser` and `natur` (all costs by kind) are
    positive amounts; `natur` sums to `slag` plus `insatser`.
    """

    medlemmar: dict[str, int]
    ovriga_intakter: int
    slag: dict[str, int]
    insatser: dict[str, int]
    natur: dict[str, int]
    avskrivningar: int
    finansiella_intakter: int
    finansiella_kostnader: int
    extraordinara: int

    def posts(self) -> dict[str, int]:
        """Line items of the resultaträkning by post code, stored signs."""
        bidrag = sum(self.medlemmar.values())
        intakter = bidrag + self.ovriga_intakter
        kostnader = -sum(self.slag.values()) - sum(self.insatser.values())
        verksamhet = intakter + kostnader - self.avskrivningar
        netto = self.finansiella_intakter - self.finansiella_kostnader
        return {
            "medlemsbidrag": bidrag,
            "ovriga_intakter": self.ovriga_intakter,
            "verksamhetens_intakter": intakter,
            "administration": -sum(self.slag.values()),
            "kostnader_insatser": -sum(self.insatser.values()),
            "verksamhetens_kostnader": kostnader,
            "avskrivningar": -self.avskrivningar,
            "verksamhetens_resultat": verksamhet,
            "finansiella_intakter": self.finansiella_intakter,
            "finansiella_kostnader": -self.finansiella_kostnader,
            "finansnetto": netto,
            "resultat_efter_finansiella_poster": verksamhet + netto,
            "extraordinara_poster": self.extraordinara,
            "periodens_resultat": verksamhet + netto + self.extraordinara,
        }

    @property
    def resultat(self) -> int:
        return self.posts()["periodens_resultat"]


@dataclass(frozen=True)
class Balance:
    """What the förbund owned and owed on one day; `likvida` follows from the rest."""

    anlaggning: int
    kundfordringar: int
    ovriga_fordringar: int
    interimsfordringar: int
    placeringar: int
    ek_in: int
    resultat: int
    pensioner: int
    langfristiga: int
    skulder: dict[str, int]
    upplupna: int
    ovriga_skulder: int

    @property
    def fordringar(self) -> int:
        return self.kundfordringar + self.ovriga_fordringar + self.interimsfordringar

    @property
    def kortfristiga(self) -> int:
        return sum(self.skulder.values()) + self.upplupna + self.ovriga_skulder

    @property
    def total(self) -> int:
        return self.ek_in + self.resultat + self.pensioner + self.langfristiga + self.kortfristiga

    @property
    def kassa(self) -> int:
        return self.total - self.anlaggning - self.fordringar - self.placeringar

    def posts(self) -> dict[str, int]:
        """Line items of the balansräkning by post code."""
        return {
            "materiella_anlaggningstillgangar": self.anlaggning,
            "summa_anlaggningstillgangar": self.anlaggning,
            "kundfordringar": self.kundfordringar,
            "ovriga_fordringar": self.ovriga_fordringar,
            "forutbetalda_kostnader_och_upplupna_intakter": self.interimsfordringar,
            "fordringar": self.fordringar,
            "kortfristiga_placeringar": self.placeringar,
            "kassa_och_bank": self.kassa,
            "summa_omsattningstillgangar": self.fordringar + self.placeringar + self.kassa,
            "summa_tillgangar": self.total,
            "ingaende_eget_kapital": self.ek_in,
            "periodens_resultat": self.resultat,
            "summa_eget_kapital": self.ek_in + self.resultat,
            "avsattningar_pensioner": self.pensioner,
            "summa_avsattningar": self.pensioner,
            "langfristiga_skulder": self.langfristiga,
            "leverantorsskulder": sum(self.skulder.values()),
            "ovriga_kortfristiga_skulder": self.ovriga_skulder,
            "upplupna_kostnader_och_forutbetalda_intakter": self.upplupna,
            "summa_kortfristiga_skulder": self.kortfristiga,
            "summa_skulder": self.langfristiga + self.kortfristiga,
            "summa_eget_kapital_och_skulder": self.total,
        }


def cash_flow(flow: Flow, opening: Balance, closing: Balance) -> dict[str, int]:
    """Line items of the kassaflödesanalys between two balances."""
    justering = flow.avskrivningar + closing.pensioner - opening.pensioner
    fordringar = opening.fordringar - closing.fordringar
    skulder = closing.kortfristiga - opening.kortfristiga
    lopande = flow.resultat + justering + fordringar + skulder
    investering = opening.anlaggning - closing.anlaggning - flow.avskrivningar
    finansiering = closing.langfristiga - opening.langfristiga
    return {
        "periodens_resultat": flow.resultat,
        "justering_ej_likviditetspaverkande": justering,
        "medel_fore_forandring_av_rorelsekapital": flow.resultat + justering,
        "forandring_kortfristiga_fordringar": fordringar,
        "forandring_kortfristiga_skulder": skulder,
        "kassaflode_lopande_verksamhet": lopande,
        "kassaflode_investeringsverksamhet": investering,
        "kassaflode_finansieringsverksamhet": finansiering,
        "periodens_kassaflode": lopande + investering + finansiering,
        "likvida_medel_vid_periodens_borjan": opening.kassa + opening.placeringar,
        "likvida_medel_vid_periodens_slut": closing.kassa + closing.placeringar,
    }


@dataclass(frozen=True)
class Books:
    """All periods that one report can print.

    `flows` by column kind: utfall, fjol, bokslut, budget, budget_period, prognos. `balances`
    by kind utfall, fjol, bokslut and `oppning` (31 December two years before).
    """

    end: date
    flows: dict[str, Flow]
    balances: dict[str, Balance]

    @property
    def annual(self) -> bool:
        return self.end.month == 12

    def cash(self, kind: str) -> dict[str, int]:
        """The cash flow of column `kind` (utfall, fjol or bokslut)."""
        before = "bokslut" if kind == "utfall" else "oppning"
        return cash_flow(self.flows[kind], self.balances[before], self.balances[kind])

    def span(self, kind: str) -> tuple[date, date]:
        """First and last day of a column."""
        year = self.end.year
        if kind in ("utfall", "budget_period"):
            return date(year, 1, 1), self.end
        if kind == "fjol":
            return date(year - 1, 1, 1), self.end.replace(year=year - 1)
        if kind == "bokslut":
            return date(year - 1, 1, 1), date(year - 1, 12, 31)
        return date(year, 1, 1), date(year, 12, 31)


SLAG = (
    "Lön förbundschef",
    "Personalkostnader kansli",
    "Ekonomi och administration",
    "Arvoden styrelse",
    "Revision",
    "Lokalkostnader",
    "Resekostnader",
    "Övriga driftkostnader",
    "IT och telefoni",
    "Kommunikation",
)
NATUR = (
    "Personalkostnader",
    "Lokalkostnader",
    "Köpta tjänster",
    "Övriga kostnader",
    "Lämnade bidrag",
)


def _split(rng: Random, total: int, names: list[str]) -> dict[str, int]:
    """Parts of a total, none below zero, the last takes the rest."""
    weights = [rng.uniform(0.3, 1.5) for _ in names]
    parts = [int(total * weight / sum(weights)) for weight in weights]
    parts[-1] = total - sum(parts[:-1])
    return dict(zip(names, parts, strict=True))


def _weights(rng: Random, names: list[str]) -> dict[str, float]:
    """Shares that sum to one."""
    drawn = {name: rng.uniform(0.15, 1.5) for name in names}
    return {name: weight / sum(drawn.values()) for name, weight in drawn.items()}


class _Maker:
    """Draws flows and balances for one förbund; keeps what must agree between periods."""

    def __init__(
        self, rng: Random, members: list[str], insatser: list[str], suppliers: list[str]
    ) -> None:
        self.rng = rng
        self.size = rng.choice([2_000_000, 3_600_000, 8_000_000, 14_000_000, 42_000_000])
        self.size = int(self.size * rng.uniform(0.7, 1.4))
        self.round_bidrag = rng.random() < 0.6
        self.suppliers = suppliers
        self.slag = _weights(rng, rng.sample(SLAG, rng.randint(3, 7)))
        self.natur = list(NATUR[: rng.randint(3, 5)])
        self.weights = [rng.uniform(0.5, 2) for _ in members[2:]]
        self.members = members
        self.insatser = _weights(rng, insatser)
        self.admin_share = rng.uniform(0.1, 0.3)
        self.other_income = rng.random() < 0.4
        self.depreciation = rng.random() < 0.25
        self.interest = rng.random() < 0.7
        self.extraordinary = rng.random() < 0.05

    def contributions(self, total: int) -> dict[str, int]:
        quarter = total // 4
        shares = [2 * quarter, quarter]
        parts = [int(quarter * weight / sum(self.weights)) for weight in self.weights]
        parts[-1] = quarter - sum(parts[:-1])
        return dict(zip(self.members, shares + parts, strict=True))

    def flow(self, months: int, *, planned: bool) -> Flow:
        rng, share = self.rng, months / 12
        exact = not planned

        def amount(value: float) -> int:
            whole = max(0, int(value))
            return whole if exact else round(whole, -3)

        yearly = self.size * rng.uniform(0.94, 1.06)
        bidrag = int(yearly * share) // 4000 * 4000 if self.round_bidrag else int(yearly * share)
        spent = yearly * share * rng.uniform(0.82, 1.12)
        costs = spent * self.admin_share

        def spread(whole: float, weights: dict[str, float]) -> dict[str, int]:
            return {
                name: amount(whole * part * rng.uniform(0.75, 1.25)) + 1000
                for name, part in weights.items()
            }

        slag = spread(costs, self.slag)
        insatser = spread(spent - costs, self.insatser)
        total = sum(slag.values()) + sum(insatser.values())
        return Flow(
            medlemmar=self.contributions(bidrag - bidrag % 4),
            ovriga_intakter=amount(yearly * share * rng.uniform(0.01, 0.1))
            if self.other_income
            else 0,
            slag=slag,
            insatser=insatser,
            natur=_split(rng, total, self.natur),
            avskrivningar=amount(rng.uniform(4_000, 60_000) * share) if self.depreciation else 0,
            finansiella_intakter=rng.randint(0, 9_000) if self.interest and exact else 0,
            finansiella_kostnader=rng.randint(1, 4_000) if self.interest and exact else 0,
            extraordinara=rng.randint(-90_000, 90_000) if self.extraordinary and exact else 0,
        )

    def balance(self, ek_in: int, resultat: int, like: Balance | None, grown: int) -> Balance:
        rng = self.rng
        part = self.size / 12
        skulder = {name: int(part * rng.uniform(0.01, 0.5)) for name in self.suppliers}
        first = like is None
        draft = Balance(
            anlaggning=(rng.choice([0, 0, 0, rng.randint(40_000, 400_000)]) if first else grown),
            kundfordringar=int(part * rng.uniform(0.02, 0.6))
            if like is None or like.kundfordringar
            else 0,
            ovriga_fordringar=int(part * rng.uniform(0.05, 0.6)),
            interimsfordringar=int(part * rng.uniform(0.02, 0.3)),
            placeringar=(rng.choice([0, 0, 0, 0, 500_000]) if like is None else like.placeringar),
            ek_in=ek_in,
            resultat=resultat,
            pensioner=(
                rng.choice([0, 0, rng.randint(30_000, 200_000)])
                if like is None
                else like.pensioner + (rng.randint(500, 9_000) if like.pensioner else 0)
            ),
            langfristiga=0,
            skulder=skulder,
            upplupna=int(part * rng.uniform(0.4, 4)),
            ovriga_skulder=int(part * rng.uniform(0.02, 0.5)),
        )
        floor = int(part * rng.uniform(1.5, 3)) + 50_000
        if draft.kassa >= floor:
            return draft
        raised = {**draft.__dict__, "upplupna": draft.upplupna + floor - draft.kassa}
        return Balance(**raised)


def make_books(
    rng: Random, end: date, members: list[str], insatser: list[str], suppliers: list[str]
) -> Books:
    """Draw the books of a förbund whose report ends on `end`.

    `members` are the state (one entry for both authorities), the region and the
    municipalities, in that order.
    """
    maker = _Maker(rng, members, insatser, suppliers)
    flows = {
        "utfall": maker.flow(end.month, planned=False),
        "fjol": maker.flow(end.month, planned=False),
        "bokslut": maker.flow(12, planned=False),
        "budget": maker.flow(12, planned=True),
        "budget_period": maker.flow(end.month, planned=True),
        "prognos": maker.flow(12, planned=True),
    }
    if end.month == 12:
        flows["fjol"] = flows["bokslut"]
        flows["budget_period"] = flows["budget"]
    ek = int(maker.size * rng.uniform(0.15, 0.6))
    opening = maker.balance(ek, rng.randint(-300_000, 300_000), None, 0)
    ek_one = opening.ek_in + opening.resultat

    def after(kind: str, ek_in: int, before: Balance) -> Balance:
        flow = flows[kind]
        bought = rng.choice([0, 0, 25_000]) if before.anlaggning else 0
        grown = max(before.anlaggning + bought - flow.avskrivningar, 0)
        return maker.balance(ek_in, flow.resultat, before, grown)

    bokslut = after("bokslut", ek_one, opening)
    fjol = bokslut if end.month == 12 else after("fjol", ek_one, opening)
    utfall = after("utfall", ek_one + flows["bokslut"].resultat, bokslut)
    return Books(
        end, flows, {"oppning": opening, "bokslut": bokslut, "fjol": fjol, "utfall": utfall}
    )

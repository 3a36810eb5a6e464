"""What some reports get wrong, and which checks must say so.

Belongs here: faults by name, the figures that they spoil, and the rules that they break. Does not
belong here: rules (`seeds/`), or choosing which reports are spoilt (`delivery`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plant:
    """A fault: `amount` is added to `figure`; `breaks` lists the rules that then break.

    `blocking` sends the delivery to quarantine. `verdict` turns the judgement of a goal instead.
    `always_corrected`: the fault breaks no rule, and is told only by a corrected delivery.
    """

    name: str
    figures: tuple[tuple[str, int], ...] = ()
    breaks: tuple[str, ...] = ()
    blocking: bool = False
    verdict: bool = False

    @property
    def always_corrected(self) -> bool:
        return not self.breaks


PLANTS = (
    Plant(
        "likvida medel", (("kf.likvida_medel_vid_periodens_borjan.now", 10_000),), ("KF4",), True
    ),
    Plant("eget kapital", (("br.ingaende_eget_kapital.day", 10_000),), ("BR6",), True),
    Plant("medlemsnot", (("medlem.summa", 10_000),), ("NOT", "TAB"), True),
    Plant("avvikelse", (("drift.insats.0.avvikelse", 100_000),), ("AVV", "TAB"), True),
    Plant("pågående", (("people.pagaende.0", 3),), ("PAG",)),
    Plant("kön", (("people.totalt_kvinna.0", 2),), ("KON",)),
    Plant("målbedömning", breaks=("MAL",), verdict=True),
    Plant("fordringar", (("br.kundfordringar.day", 7_000), ("br.ovriga_fordringar.day", -7_000))),
)
"""Their order is that of the codes 1, 2, ... in `delivery`."""

"""What the ratios mean, in the words of their one definition (`seeds/nyckeltal.csv`).

Belongs here: reading that file and showing it. Does not belong here: any definition.
"""

import csv
from collections.abc import Mapping
from functools import lru_cache

import streamlit as st

from dagster_pipelines.settings import PROJECT_DIR
from dashboards.html import table, text

SEED = PROJECT_DIR / "seeds" / "nyckeltal.csv"


@lru_cache(maxsize=1)
def ratios() -> Mapping[str, Mapping[str, str]]:
    """Every ratio's definition by its id."""
    with SEED.open(encoding="utf-8", newline="") as file:
        return {row["nyckeltal_id"]: row for row in csv.DictReader(file)}


def show_definitions(*nyckeltal_ids: str) -> None:
    """A folded table of what these ratios mean."""
    chosen = [ratios()[each] for each in nyckeltal_ids]
    with st.expander(
        "Så är nyckeltalen definierade" if len(chosen) > 1 else "Så är det definierat"
    ):
        st.html(
            table(
                "Definitioner",
                ("Nyckeltal", "Täljare", "Nämnare", "Definition", "Anmärkning"),
                [
                    (text(each["benamning"]), text(each["taljare"]),
                     text(each["namnare"] or "ingen"), text(each["definition"]),
                     text(each["anmarkning"] or "ingen"))
                    for each in chosen
                ],
                show_caption=False,
                wordy=True,
            )
        )  # fmt: skip

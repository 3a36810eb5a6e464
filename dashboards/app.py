"""The frame of the pages, which `python -m dashboards` serves (`server`).

Belongs here: what every page has: navigation, style, the version that it is about.
Does not belong here: any one page (`sidor`).
"""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from dashboards import published
from dashboards.filters import UnknownChoiceError
from dashboards.format import moment
from dashboards.markup import navigation, paragraph
from dashboards.published import NothingPublishedError, Version
from dashboards.sidor import forbund, insatser, jamfor, kallor, kvalitet, oversikt

STYLE = Path(__file__).with_name("stil.css")
PAGES: tuple[tuple[str, str, Callable[[Version], None]], ...] = (
    ("oversikt", "Översikt", oversikt.show),
    ("forbund", "Förbund", forbund.show),
    ("insatser", "Insatser", insatser.show),
    ("jamfor", "Jämför", jamfor.show),
    ("kvalitet", "Kvalitet", kvalitet.show),
    ("kallor", "Källor", kallor.show),
)


def main() -> None:
    """Show the page of the address, from the version that is published now."""
    st.set_page_config(page_title="Finsam-lagret", layout="wide", initial_sidebar_state="collapsed")
    st.html(STYLE)
    pages = [
        st.Page(_page(show), title=title, url_path=name, default=at == 0)
        for at, (name, title, show) in enumerate(PAGES)
    ]
    chosen = st.navigation(pages, position="top")
    links = [(name if at else "./", title) for at, (name, title, _) in enumerate(PAGES)]
    st.html(navigation(links, chosen.title))
    chosen.run()


def _page(show: Callable[[Version], None]) -> Callable[[], None]:
    def page() -> None:
        try:
            version = published.current()
            _show(show, version)
        except NothingPublishedError as error:
            st.error(f"{error} Kör `make run` och läs om sidan.")
            return
        about = version.manifest
        st.html(
            paragraph(
                f"Finsam-lagret, publicerat {moment(about['published_at'])}. "
                "Understrukna siffror leder till raden i rapporten där de står. "
                "Ett streck betyder att uppgift saknas, aldrig noll.",
                "sidfot",
            )
        )

    return page


def _show(show: Callable[[Version], None], version: Version) -> None:
    try:
        show(version)
    except UnknownChoiceError as unknown:
        st.html(paragraph(str(unknown), "saknas"))


main()

"""Choices that live in the address, so that what one sees can be sent to someone else.

Belongs here: widgets whose value is a query parameter, by stable ids rather than by the names
shown. Does not belong here: what a choice does.

The address decides: each run puts what it says into the widget, and a click on the widget changes
the address first. So links, the back button and the widget never disagree. What the address asks
for and is not there is never replaced without a word: figures of another would look like its own.
"""

import re
from collections.abc import Callable, Sequence

import streamlit as st

from dashboards.markup import paragraph


class UnknownChoiceError(Exception):
    """The address asks for what is not published; the message says so in Swedish."""


def choose(
    label: str,
    name: str,
    options: Sequence[str],
    default: str,
    shown: Callable[[str], str | None] = str,
    *,
    depends: bool = False,
) -> str:
    """One of `options`, chosen in a list; what the address says wins.

    Args:
        label: what the list is called.
        name: the parameter of the address.
        options: ids that can be chosen.
        default: the one that is chosen when the address says nothing.
        shown: the name of an id.
        depends: the options follow from another choice, so that the default is shown, and said to
            be, where the address asks for what this choice does not have.

    Raises:
        UnknownChoiceError: the address asks for what is not among the options.
    """
    asked = st.query_params.get(name, default)
    known, key = asked in options, f"val_{name}"
    st.session_state[key] = asked if known else default if depends else None

    def changed() -> None:
        _write(name, st.session_state[key], default)

    st.selectbox(
        label, options, index=0 if known or depends else None, key=key, placeholder="Välj",
        format_func=_named(shown), on_change=changed,
    )  # fmt: skip
    if not known and not depends:
        raise UnknownChoiceError(
            f"{label} «{asked}» finns inte i den utgåva som visas. Välj i listan ovan."
        )
    if not known:
        st.html(paragraph(f"«{asked}» finns inte här. I stället visas {_named(shown)(default)}."))
    chosen: str = st.session_state[key]
    return chosen


def choose_some(
    label: str,
    name: str,
    options: Sequence[str],
    default: Sequence[str],
    *,
    shown: Callable[[str], str | None],
    at_most: int,
) -> list[str]:
    """Some of `options`, in their order; what else the address asks for is named."""
    said = st.query_params.get(name)
    asked = list(default) if said is None else said.split(",")
    key = f"val_{name}"
    st.session_state[key] = [each for each in options if each in asked][:at_most]

    def changed() -> None:
        _write(name, ",".join(st.session_state[key]), ",".join(default))

    st.multiselect(
        label, options, key=key, format_func=_named(shown), on_change=changed,
        max_selections=at_most, placeholder="Välj förbund", select_all=False,
    )  # fmt: skip
    missing = [each for each in asked if each and each not in options]
    if missing:
        st.html(paragraph(f"Finns inte att välja här: {', '.join(missing)}."))
    chosen: list[str] = st.session_state[key]
    return [each for each in options if each in chosen]


def write_text(label: str, name: str, example: str) -> str | None:
    """Words to look for; None when there are none."""
    key = f"val_{name}"
    st.session_state[key] = st.query_params.get(name, "")

    def changed() -> None:
        _write(name, st.session_state[key].strip(), "")

    st.text_input(label, key=key, on_change=changed, placeholder=example, max_chars=80)
    return st.session_state[key].strip() or None


def page(rows: int, at_a_time: int, name: str = "sida") -> None:
    """The choice of page for a list of so many rows; nothing when one page holds them."""
    pages = -(-rows // at_a_time)
    if pages <= 1:
        return
    key = f"val_{name}"
    st.session_state[key] = min(pages, _asked(name))

    def changed() -> None:
        _write(name, str(st.session_state[key]), "1")

    st.pagination(pages, key=key, on_change=changed)


def offset(at_a_time: int, name: str = "sida") -> int:
    """How many rows to pass over for the page that the address asks for."""
    return (_asked(name) - 1) * at_a_time


def _asked(name: str) -> int:
    asked = st.query_params.get(name, "")
    return max(1, int(asked)) if re.fullmatch(r"[0-9]{1,6}", asked) else 1


def _named(shown: Callable[[str], str | None]) -> Callable[[str], str]:
    """What an option is called; by its own id where it has no name."""
    return lambda option: shown(option) or option


def _write(name: str, value: str, default: str) -> None:
    """Into the address; the default leaves it. A list begins anew when something else changes."""
    if value == default:
        st.query_params.pop(name, None)
    else:
        st.query_params[name] = value
    for other in [key for key in st.query_params if key.startswith("sida") and key != name]:
        del st.query_params[other]

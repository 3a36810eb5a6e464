"""The server of the pages: Streamlit's own, which hands out its frontend in fewer rounds.

Belongs here: what goes over the wire before a page is drawn, and what the server does before its
first visitor. Does not belong here: pages, or anything that they say (`app`).

Streamlit's frontend is some seventy files that a browser finds out about step by step: the page,
its scripts, two questions to the server (four below the first page, where it looks for the server
in the wrong place first), a socket, and last the parts that the answer needs. Here the page names
all of them at once, says where the server is, and speaks Swedish; and the files come from memory,
compressed once, with Streamlit's own English words in Swedish. The files, their names and how long
they may be kept are Streamlit's. A part that another version of Streamlit no longer has is left
out: the browser then finds out as before.
"""

import gzip
import importlib
import mimetypes
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st
from anyio import to_thread
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.file_util import get_static_dir

APP = Path(__file__).with_name("app.py")
STATIC = Path(get_static_dir())
FOREVER = "public, immutable, max-age=31536000"  # their names tell what is in them
IMPORTED = re.compile(r'(?:from|import)"\./([\w.-]+\.js)"')
# Beside the page, which is right behind a proxy with a path of its own too.
HERE = """<script>window.__streamlit = {BACKEND_BASE_URL: new URL("./", location.href).href,
HOST_CONFIG: {allowedOrigins: [location.origin], useExternalAuthToken: false}}</script>"""
NOSCRIPT = (
    "<noscript><p>Sidorna behöver JavaScript. Tabellerna finns också som filer.</p></noscript>"
)

HTML = ("Html", "purify.es")
CHOICE = (*HTML, "Selectbox")
CHART = (*CHOICE, "ArrowVegaLiteChart", "vega-interpreter", "embed")
PARTS = {
    "": HTML,
    "forbund": CHART,
    "insatser": CHART,
    "jamfor": (*CHART, "Multiselect"),
    "kvalitet": CHOICE,
    "kallor": (*CHOICE, "TextInput"),
}
"""By page, what its first drawing needs beyond Streamlit's frame."""


SWEDISH = {
    "`Skip to main content`": "`Hoppa till innehållet`",
    "`App pages`": "`Alla sidor`",
    "`Choose an option`": "`Välj`",
    "`Selectbox options`": "`Val`",
    "`Multiselect options`": "`Val`",
    '"aria-label":`Open`': '"aria-label":`Öppna listan`',
    "`Clear value`": "`Rensa`",
    "`Clear all`": "`Ta bort alla`",
    "`Clear entry`": "`Rensa`",
    "`Remove ${e}`": "`Ta bort ${e}`",
    "`No results`": "`Inget passar`",
    "`You can only select up to ${t.maxSelections} ${e}. Remove an option first.`":
        "`Högst ${t.maxSelections} kan väljas. Ta bort ett val först.`",
    "`Press Enter to ${e}`": "`Tryck på Enter`",
    "`Pagination`": "`Bläddra`",
    "`Page ${e.page}`": "`Sida ${e.page}`",
    "`Next page`": "`Nästa sida`",
    "`Previous page`": "`Föregående sida`",
    "`Connection error`": "`Ingen kontakt`",
    "`Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your "
    "terminal:`": "`Servern svarar inte. Starta den igen i en terminal:`",
    "`streamlit run yourscript.py`": "`make dashboards`",
    "`Page not found`": "`Sidan finns inte`",
}  # fmt: skip
"""What Streamlit's frontend says in English to those who use it, as its scripts write it."""


class Frontend:
    """Answers for Streamlit's own files and its one page; passes on everything else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer or pass on, as ASGI has it."""
        answer = None
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            answer = _answer(scope["path"].strip("/"))
        if answer is None:
            await self.app(scope, receive, send)
            return
        body, squeezed, headers = answer
        if "gzip" in Headers(scope=scope).get("accept-encoding", ""):
            body, headers = squeezed, headers | {"content-encoding": "gzip"}
        await Response(body, headers=headers)(scope, receive, send)


@cache
def _files() -> dict[str, Path]:
    """Streamlit's own scripts and styles, by the path that they are asked by."""
    found = (each for each in STATIC.glob("static/*/*") if each.suffix in (".js", ".css"))
    return {each.relative_to(STATIC).as_posix(): each for each in found}


def _answer(path: str) -> tuple[bytes, bytes, dict[str, str]] | None:
    """Body, compressed body and headers for a page or a file of the frontend."""
    if path in PARTS or path in _files():
        return _kept(path)
    return None


@cache
def _kept(path: str) -> tuple[bytes, bytes, dict[str, str]]:
    if path in PARTS:
        body, kind, keep = page(path).encode(), "text/html; charset=utf-8", "no-cache"
    else:
        body, kind = _swedish(_files()[path]), mimetypes.guess_type(path)[0] or ""
        keep = FOREVER
    headers = {"content-type": kind, "cache-control": keep, "vary": "Accept-Encoding"}
    return body, gzip.compress(body, 6, mtime=0), headers


def _swedish(file: Path) -> bytes:
    words = file.read_text(encoding="utf-8")
    for english, swedish in SWEDISH.items():
        words = words.replace(english, swedish)
    return words.encode()


def page(name: str) -> str:
    """Streamlit's page for the page `name`, in Swedish, with its parts named."""
    html = (STATIC / "index.html").read_text(encoding="utf-8")
    html = html.replace('<html lang="en">', '<html lang="sv">', 1)
    html = html.replace("<title>Streamlit</title>", "<title>Finsam-lagret</title>", 1)
    html = re.sub(r"<noscript>.*?</noscript>", NOSCRIPT, html, count=1, flags=re.DOTALL)
    links = "".join(
        f'<link rel="modulepreload" crossorigin href="./static/js/{part}">'
        for part in parts(PARTS[name])
        if part not in html
    )
    return html.replace("</head>", f"{HERE}{links}</head>", 1)


def parts(stems: Iterable[str]) -> list[str]:
    """The scripts of these names, and all that they import."""
    files = {path.name: path for path in (STATIC / "static" / "js").glob("*.js")}
    waiting = [
        name for stem in stems for name in files if re.fullmatch(rf"{stem}\.[\w-]+\.js", name)
    ]
    found: dict[str, None] = {}
    while waiting:
        name = waiting.pop(0)
        if name in files and name not in found:
            found[name] = None
            waiting += IMPORTED.findall(files[name].read_text(encoding="utf-8"))
    return list(found)


@asynccontextmanager
async def warmed(_app: Any) -> AsyncIterator[None]:
    """Do what the first visitor would else wait for."""
    await to_thread.run_sync(_warm)
    yield


def _warm() -> None:
    for name in PARTS:
        _kept(name)
        importlib.import_module(f"dashboards.sidor.{name or 'oversikt'}")
    published = importlib.import_module("dashboards.published")
    with suppress(published.NothingPublishedError):
        version = published.current()
        for question in importlib.import_module("dashboards.queries").QUERIES["oversikt"]:
            version.ask("oversikt", question)


app = st.App(APP, lifespan=warmed, middleware=[Middleware(Frontend)])

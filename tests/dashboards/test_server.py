"""What the server hands out before a page is drawn, without a browser."""

import asyncio
import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from dashboards import server
from dashboards.queries import QUERIES

FRONTEND = server.Frontend(PlainTextResponse("Streamlits"))


@dataclass(frozen=True)
class Answer:
    headers: Headers
    content: bytes

    @property
    def text(self) -> str:
        return self.content.decode()


def asked(path: str, method: str = "GET", encoding: str = "identity") -> Answer:
    """What the server says, as ASGI has it."""
    told: list[Any] = []
    scope = {
        "type": "http", "method": method, "path": path,
        "headers": [(b"accept-encoding", encoding.encode())],
    }  # fmt: skip

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b""}

    async def send(message: Any) -> None:
        told.append(message)

    with ThreadPoolExecutor(1) as pool:  # the browser's tests keep a loop of their own in this one
        pool.submit(asyncio.run, FRONTEND(scope, receive, send)).result()
    return Answer(Headers(raw=told[0]["headers"]), b"".join(each["body"] for each in told[1:]))


def scripts(html: str) -> list[str]:
    return re.findall(r'(?:src|href)="\./(static/js/[^"]+\.js)"', html)


def test_every_page_says_what_it_needs() -> None:
    assert set(server.PARTS) == {"" if page == "oversikt" else page for page in QUERIES}


@pytest.mark.parametrize("page", server.PARTS)
def test_a_page_is_swedish_and_names_scripts_that_are_there(page: str) -> None:
    answer = asked(f"/{page}")
    assert '<html lang="sv">' in answer.text
    assert "<title>Finsam-lagret</title>" in answer.text
    assert "You need" not in answer.text
    assert answer.headers["cache-control"] == "no-cache"
    named = scripts(answer.text)
    assert len(named) == len(set(named)) > 40
    for script in named:
        assert asked(f"/{script}").headers["cache-control"].startswith("public, immutable")


@pytest.mark.parametrize("stem", sorted({stem for each in server.PARTS.values() for stem in each}))
def test_a_part_that_streamlit_has_renamed_would_be_noticed(stem: str) -> None:
    assert server.parts([stem])
    assert server.parts([f"{stem}Borta"]) == []


def test_all_that_a_part_imports_is_named() -> None:
    named = server.parts(["Selectbox"])
    imported = server.IMPORTED.findall(
        (server.STATIC / "static" / "js" / named[0]).read_text(encoding="utf-8")
    )
    assert len(imported) > 5
    assert set(imported) < set(named)


@pytest.mark.parametrize("english", server.SWEDISH)
def test_words_that_streamlit_has_changed_would_be_noticed(english: str) -> None:
    assert any(
        english in file.read_text(encoding="utf-8")
        for file in (server.STATIC / "static" / "js").glob("*.js")
    )


def test_a_file_is_whole_whether_compressed_or_not() -> None:
    path = next(each for each in scripts(server.page("")) if "/index." in each)
    on_disk = (server.STATIC / path).read_bytes()
    for english, swedish in server.SWEDISH.items():
        on_disk = on_disk.replace(english.encode(), swedish.encode())
    plain = asked(f"/{path}")
    assert (plain.content, plain.headers.get("content-encoding")) == (on_disk, None)
    answer = asked(f"/{path}", encoding="gzip, br")
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-length"] == str(len(answer.content))
    assert gzip.decompress(answer.content) == on_disk
    assert len(answer.content) < len(on_disk) / 2


@pytest.mark.parametrize(
    "path",
    ["/_stcore/health", "/static/js/finns-inte.js", "/static/../../../config.py", "/finns-inte",
     "/static/js/..%2f..%2findex.html", "/media/x"],
)  # fmt: skip
def test_everything_else_is_streamlits(path: str) -> None:
    assert asked(path).text == "Streamlits"
    assert asked("/", method="POST").text == "Streamlits"

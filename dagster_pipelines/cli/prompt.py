"""The keys and colours of `finsam sql`: completion, several lines, history, long answers.

Belongs here: everything of the shell that needs a terminal. Does not belong here: what is done
with what is typed (`shell`).
"""

import os
import pydoc
import re
from collections.abc import Iterable, Iterator
from functools import cache
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from prompt_toolkit import PromptSession
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.filters import Condition
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.lexers import DynamicLexer, Lexer, PygmentsLexer

from dagster_pipelines.cli.shell import COMMANDS, Shell

if TYPE_CHECKING:
    from prompt_toolkit.input import Input
    from prompt_toolkit.output import Output

NAMES = """
select 'column', table_name, column_name, lower(data_type) from duckdb_columns()
where schema_name in ('marts', 'raw')
union all
select 'table', schema_name, table_name, schema_name from duckdb_tables()
union all
select distinct 'table', schema_name, function_name || '(', 'as of a day' from duckdb_functions()
where schema_name = 'marts'
union all
select 'word', null, keyword_name, '' from duckdb_keywords() where keyword_category = 'reserved'
order by all"""
WORD = re.compile(r"(?:(\w+)\.)?(\w*)$")
SOURCE = re.compile(r"\b(?:from|join|describe|summarize)\s+(?:\w+\.)?\w*$", re.I)


def is_whole(text: str) -> bool:
    """May Enter run it? A dot command, nothing at all, or what ends with its own semicolon."""
    if not text.strip() or text.lstrip().startswith("."):
        return True
    asked = text.encode()  # the tokens are told by byte
    tokens = [at for at, kind in duckdb.tokenize(text) if kind != duckdb.token_type.comment]
    return bool(tokens) and asked[tokens[-1] :].startswith(b";")


class Names(Completer):
    """Tables after from and join, columns of an alias after its dot, else everything there is."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell
        self._version, self._known = "", list[tuple[str, str, str, str]]()

    def get_completions(self, document: Document, _: CompleteEvent) -> Iterable[Completion]:
        """What the word before the cursor may become."""
        before = document.text_before_cursor
        if before.startswith(".") and " " not in before:
            offered = ((name.split()[0], told) for name, told in COMMANDS.items())
            return self._begun(before, offered)
        found = WORD.search(before)
        owner, word = (found[1], found[2]) if found else (None, "")
        return self._begun(word, self._offered(before, document.text, owner))

    def _begun(self, word: str, offered: Iterable[tuple[str, str]]) -> Iterator[Completion]:
        for name, told in dict(offered).items():
            if name.lower().startswith(word.lower()):
                yield Completion(name, start_position=-len(word), display_meta=told)

    def _offered(self, before: str, text: str, owner: str | None) -> Iterator[tuple[str, str]]:
        names = self._names()
        if owner:
            of = _aliases(text).get(owner.lower(), owner.lower())
            yield from ((name, told) for _, place, name, told in names if place == of)
            return
        kinds = ("table",) if SOURCE.search(before) else ("column", "table", "word")
        if before.startswith("."):
            kinds = ("table",)
        for kind in kinds:
            yield from ((name, told) for k, _, name, told in names if k == kind)

    def _names(self) -> list[tuple[str, str, str, str]]:
        if self._version != self._shell.version:
            self._known = self._shell.con.execute(NAMES).fetchall()
            self._version = self._shell.version
        return self._known


def _aliases(text: str) -> dict[str, str]:
    """What each table is called in the question: by its alias, and by its own name."""
    found = re.findall(r"\b(?:from|join)\s+(?:\w+\.)?(\w+)(?:\s+(?:as\s+)?(\w+))?", text, re.I)
    return {name.lower(): of.lower() for of, alias in found for name in (alias, of) if name}


@cache
def _colours() -> Lexer:
    """Imported when there is something to colour: it takes as long as the warehouse to open."""
    from pygments.lexers.sql import SqlLexer  # type: ignore[import-untyped]  # noqa: PLC0415

    return PygmentsLexer(SqlLexer)


def history_in(folder: Path) -> History:
    """Earlier questions, in a file that only its owner reads; in memory where none can be kept."""
    path = folder / "sql_historik"
    try:
        os.close(os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600))
        path.chmod(0o600)
    except OSError:
        return InMemoryHistory()
    return FileHistory(path)


def show(renderable: Any) -> None:
    """Print it; through a pager that scrolls both ways when it is larger than the screen."""
    from rich.console import Console  # noqa: PLC0415
    from rich.measure import Measurement  # noqa: PLC0415

    screen = Console(highlight=False)
    width = Measurement.get(screen, screen.options.update(width=10_000), renderable).maximum
    if not screen.is_terminal or (width <= screen.width and _lines(renderable) < screen.height):
        screen.print(renderable)
        return
    paper = StringIO()
    Console(file=paper, width=max(width, screen.width), highlight=False).print(renderable)
    os.environ.setdefault("LESS", "-S -R")
    os.environ["LESSSECURE"] = "1"  # a pager that writes files and runs commands is no reader
    pydoc.pager(paper.getvalue())


def _lines(renderable: Any) -> int:
    return getattr(renderable, "row_count", 0) + 4  # head, rule and margins


def converse(shell: Shell, source: "Input | None" = None, screen: "Output | None" = None) -> None:
    """Ask for questions and answer them until the end; `source` and `screen` are for tests."""
    session: PromptSession[str] = PromptSession(
        lexer=DynamicLexer(lambda: _colours() if session.default_buffer.text else None),
        completer=Names(shell),
        complete_while_typing=False,
        history=history_in(shell.settings.build_dir),
        multiline=Condition(lambda: not is_whole(session.default_buffer.text)),
        prompt_continuation=lambda width, *_: "...> ".rjust(width),
        input=source,
        output=screen,
    )
    print(f"The warehouse published as {shell.version}, read-only.")
    print("End a question with a semicolon; .help lists the commands, Ctrl-D leaves.")
    while not shell.ended:
        try:  # around both, so that no Ctrl-C between them ends the program
            typed = session.prompt("finsam> ")
            if typed.strip():
                shell.run(typed)
        except KeyboardInterrupt:
            continue
        except EOFError:
            return

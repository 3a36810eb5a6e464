"""What the commands share: the two consoles, the options for folders, and how to say no.

Belongs here: presentation used by more than one command. Does not belong here: heavy imports.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from dagster_pipelines.outcome import USER_MISTAKE
from dagster_pipelines.svenska import number

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

    from dagster_pipelines.settings import Settings

COMMANDS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
HomeOption = Annotated[
    Path | None,
    typer.Option(
        "--home",
        metavar="DIR",
        help="Folder that holds landing/, warehouse/ and .build/ (or FINSAM_HOME).",
        show_default=False,
    ),
]
DataOption = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Folder of shipped facts: rapporter.csv and fakta/ (or FINSAM_DATA_DIR).",
        show_default=False,
    ),
]


def out() -> "Console":
    """Where results go. Redirected to a file or a pipe, no line is cut to a screen's width."""
    from rich.console import Console  # noqa: PLC0415

    console = Console(highlight=False)
    return _harmless(console if console.is_terminal else Console(highlight=False, width=240))


def err() -> "Console":
    """Where progress and errors go."""
    from rich.console import Console  # noqa: PLC0415

    return _harmless(Console(stderr=True, highlight=False))


def visible(text: str) -> str:
    """The text without the characters that command a terminal or turn the direction of reading.

    Names of files, labels and lines of documents come from outside and are shown as they are.
    """
    return COMMANDS.sub("\N{REPLACEMENT CHARACTER}", text)


def _harmless(console: "Console") -> "Console":
    """The console, showing every text by way of `visible`; its own colours stay."""
    from rich.console import ConsoleOptions, ConsoleRenderable, RenderHook  # noqa: PLC0415
    from rich.segment import Segment  # noqa: PLC0415

    class Shown:
        def __init__(self, renderable: ConsoleRenderable) -> None:
            self.renderable = renderable

        def __rich_console__(
            self, console: "Console", options: ConsoleOptions
        ) -> Iterator[Segment]:
            for text, style, control in console.render(self.renderable, options):
                yield Segment(text if control else visible(text), style, control)

    class Hook(RenderHook):
        def process_renderables(
            self, renderables: list[ConsoleRenderable]
        ) -> list[ConsoleRenderable]:
            return [Shown(renderable) for renderable in renderables]

    console.push_render_hook(Hook())
    return console


def fail(message: str, remedy: str = "", code: int = USER_MISTAKE) -> NoReturn:
    """One red line that says what is wrong, one that says what to do, and the exit code."""
    from rich.text import Text  # noqa: PLC0415

    console = err()
    console.print(Text(message, style="bold red"), soft_wrap=True)
    if remedy:
        console.print(Text(remedy), soft_wrap=True)
    raise typer.Exit(code)


def settings_for(home: Path | None = None, data: Path | None = None) -> "Settings":
    """The settings of the environment, with the folders given on the command line."""
    from pydantic import ValidationError  # noqa: PLC0415

    from dagster_pipelines.settings import Settings  # noqa: PLC0415

    given = {"home": home, "data_dir": data}
    try:
        settings = Settings(**{k: v.resolve() for k, v in given.items() if v is not None})  # type: ignore[arg-type]
    except ValidationError as invalid:
        first = invalid.errors()[0]
        name = f"FINSAM_{'_'.join(str(part) for part in first['loc'])}".upper()
        fail(f"{name}: {first['msg']}.", "Correct the variable, or unset it to get its default.")
    for folder, option in ((settings.home, "--home"), (settings.data_dir, "--data")):
        if not folder.is_dir():
            fail(f"{folder} is not a folder.", f"Create it, or name another with {option}.")
    return settings


def published_manifest(settings: "Settings") -> Mapping[str, Any]:
    """The manifest of what is published; ends the program when nothing is."""
    from dagster_pipelines.manifest import read_manifest  # noqa: PLC0415

    manifest = read_manifest(settings)
    if manifest is None:
        fail(
            f"No warehouse is published in {settings.warehouse_dir}.",
            "Run finsam refresh first, or name another folder with --home.",
        )
    return manifest


def table(
    title: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, swedish: bool = False
) -> "Table":
    """A plain table; numbers to the right, text as it is (never read as markup)."""
    from rich import box  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    listed = [tuple(row) for row in rows]
    made = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD)
    for index, name in enumerate(columns):
        numeric = any(_is_number(row[index]) for row in listed)
        made.add_column(Text(name), justify="right" if numeric else "left", overflow="fold")
    for row in listed:
        made.add_row(*(Text(_cell(value, swedish)) for value in row))
    return made


def _cell(value: object, swedish: bool) -> str:
    if swedish and isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return number(value)
    return "" if value is None else str(value)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)

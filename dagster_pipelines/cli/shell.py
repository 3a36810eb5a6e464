"""What `finsam sql` does with what is typed: questions, dot commands, and newer publications.

Belongs here: one reader's session with the published warehouse, without a screen of its own.
Does not belong here: keys, colours and completion (`prompt`), or asking (`query.ask`).
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_pipelines.cli.query import (
    SHOWN,
    Format,
    Rows,
    UnansweredError,
    ask,
    harmless_answer,
    write_csv,
    write_json,
)
from dagster_pipelines.cli.screen import err, out, table

if TYPE_CHECKING:
    import duckdb

    from dagster_pipelines.settings import Settings

COMMANDS = {
    ".help": "what the commands do (or .hjälp)",
    ".tables": "the tables, and what one row of each is",
    ".schema TABLE": "the columns of a table: type, null, meaning",
    ".format table|csv|json": "how answers are written from now on",
    ".svenska": "numbers as 1 234 567,89, or as stored again",
    ".quit": "leave (or Ctrl-D)",
}
LISTINGS = (".tables lists the tables.", ".schema TABLE lists the columns.")
TABLES = """
select t.schema_name as schema, t.table_name as name, coalesce(
    regexp_extract(t.comment, '^(En rad per .*?\\.)(\\s|$)', 1), 'see docs/dataordlista.md'
) as grain
from duckdb_tables() as t
order by t.schema_name, t.table_name"""
COLUMNS = """
select column_name as name, lower(data_type) as type,
    case when is_nullable then 'may be' else 'never' end as "null", coalesce(comment, '') as meaning
from duckdb_columns() where table_name = ? and schema_name in ('marts', 'raw')
order by schema_name, column_index"""


class Shell:
    """A reader's session; used as a context, it closes the warehouse on the way out."""

    def __init__(
        self,
        settings: "Settings",
        timeout: float,
        form: Format = Format.TABLE,
        swedish: bool = False,
        show: Callable[[Any], None] | None = None,
    ) -> None:
        self.settings, self.timeout, self.format, self.swedish = settings, timeout, form, swedish
        self.ended = False
        self._show = show or out().print
        self._opened: Path | None = None
        self._open = ExitStack()
        self._con: duckdb.DuckDBPyConnection

    def __enter__(self) -> "Shell":
        self._read_current()
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    @property
    def con(self) -> "duckdb.DuckDBPyConnection":
        """The connection to the version that is being read."""
        return self._con

    @property
    def version(self) -> str:
        """The name of the publication that is being read."""
        return self._opened.parent.name if self._opened else ""

    def run(self, typed: str) -> bool:
        """Do what was typed, one dot command or any number of statements; False when it failed.

        All statements are read before the first is run, so that a slip in the last runs none.
        """
        self._notice_newer()
        try:
            if typed.strip().startswith("."):
                self._obey(*typed.strip().removesuffix(";").split(maxsplit=1))
                return True
            for statement in self._statements(typed):
                self._answer(statement)
            return True
        except UnansweredError as unanswered:
            console = err()
            console.print(str(unanswered), style="bold red", soft_wrap=True, markup=False)
            console.print(unanswered.remedy, soft_wrap=True, markup=False)
            return False

    def _statements(self, typed: str) -> Iterator[str]:
        import duckdb  # noqa: PLC0415

        try:
            found = self._con.extract_statements(typed)
        except duckdb.Error as error:
            raise UnansweredError(str(error), "Nothing was run.") from None
        return (statement.query for statement in found)

    def _answer(self, statement: str) -> None:
        names, rows = ask(
            self._con, statement, self.timeout, self.settings.query_memory_mb, LISTINGS
        )
        if self.format is Format.TABLE:
            self._write_table(names, rows)
        elif self.format is Format.CSV:
            write_csv(*harmless_answer(names, rows))
        else:
            write_json(names, rows)

    def _write_table(self, names: list[str], rows: Rows) -> None:
        self._show(table("", names, rows[:SHOWN], swedish=self.swedish))
        if len(rows) > SHOWN:
            err().print(f"The first {SHOWN} of {len(rows)} rows; .format csv writes all of them.")

    # --- dot commands --------------------------------------------------------------------------

    def _obey(self, command: str, argument: str = "") -> None:
        commands: dict[str, Callable[[str], None]] = {
            ".help": self._help, ".hjälp": self._help, ".tables": self._tables,
            ".schema": self._schema, ".format": self._set_format,
            ".svenska": self._set_swedish, ".quit": self._quit, ".exit": self._quit,
        }  # fmt: skip
        if command not in commands:
            raise UnansweredError(f"There is no command {command}.", ".help lists the commands.")
        commands[command](argument.strip())

    def _help(self, _: str) -> None:
        out().print(table("", ("command", "what it does"), COMMANDS.items()))
        out().print(
            "A question ends with a semicolon and may take several lines. Tab completes tables\n"
            "and columns, the arrows fetch earlier questions, Ctrl-C drops the line or stops the\n"
            "question. Nothing can be changed, and no other file read or written.",
            markup=False,
        )

    def _tables(self, _: str) -> None:
        rows = self._con.execute(TABLES).fetchall()
        out().print(table("", ("schema", "table", "grain"), rows))

    def _schema(self, name: str) -> None:
        rows = self._con.execute(COLUMNS, [name.rsplit(".", maxsplit=1)[-1].lower()]).fetchall()
        if not rows:
            raise UnansweredError(f"There is no table {name!r}.", LISTINGS[0])
        out().print(table("", ("column", "type", "null", "meaning"), rows))

    def _set_format(self, name: str) -> None:
        try:
            self.format = Format(name)
        except ValueError:
            raise UnansweredError(
                f"{name!r} is no format.", "Choose .format table, csv or json."
            ) from None

    def _set_swedish(self, _: str) -> None:
        self.swedish = not self.swedish

    def _quit(self, _: str) -> None:
        self.ended = True

    # --- the warehouse -------------------------------------------------------------------------

    def _read_current(self) -> None:
        from dagster_pipelines.database import open_published  # noqa: PLC0415

        path = self.settings.published_db.resolve(strict=True)
        opening = ExitStack()
        con = opening.enter_context(open_published(path, self.settings.query_memory_mb))
        self._open.close()
        self._open, self._con, self._opened = opening, con, path

    def _notice_newer(self) -> None:
        """Read what is published now; while that cannot be opened, go on with what is open."""
        import duckdb  # noqa: PLC0415

        try:
            if self.settings.published_db.resolve(strict=True) == self._opened:
                return
            self._read_current()
        except (OSError, duckdb.Error) as unreadable:
            err().print(
                f"What is published now cannot be read ({unreadable}); answers are still from "
                f"{self.version}.", markup=False, soft_wrap=True,
            )  # fmt: skip
            return
        told = f"Another version is published; answers are now from {self.version}."
        err().print(told, markup=False, soft_wrap=True)

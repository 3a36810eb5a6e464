"""The commands together, and the entry point.

Belongs here: names and help of the program. Does not belong here: any one command.
"""

import sys
from typing import NoReturn

import typer

from dagster_pipelines.cli import (
    doctor,
    extract,
    facts,
    history,
    query,
    refresh,
    review,
    rollback,
    sql,
    status,
    trace,
    version,
)
from dagster_pipelines.ending import end

app = typer.Typer(
    name="finsam",
    help="The warehouse of the figures that Sweden's samordningsförbund publish.\n\n"
    "Start with finsam refresh, look with finsam status, ask with finsam query or finsam sql.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # plain help: it is there before Rich would have been imported
    pretty_exceptions_show_locals=False,
)
app.command("refresh")(refresh.command)
app.command("status")(status.command)
app.command("query")(query.command)
app.command("sql")(sql.command)
app.command("trace")(trace.command)
app.command("extract")(extract.command)
app.command("review")(review.command)
app.command("facts")(facts.command)
app.command("history")(history.command)
app.command("rollback")(rollback.command)
app.command("doctor")(doctor.command)
app.command("version")(version.command)


def main() -> NoReturn:
    """Run `finsam` with the arguments of this process, and end it."""
    try:
        app()
        code = 0
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
        if isinstance(ended.code, str):
            print(ended.code, file=sys.stderr)
    end(code)


if __name__ == "__main__":
    main()

"""What the refreshes did, as JSON lines in `.build/logs/finsam.jsonl`.

Belongs here: the form of a line, and where the lines go. Does not belong here: what is logged
(each module does, under the logger `finsam`) or what a person sees (`cli`).
"""

import json
import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler

from dagster_pipelines.settings import Settings

ROTATE_BYTES, ROTATED_KEPT = 5_000_000, 5
STANDARD = vars(logging.makeLogRecord({})).keys() | {"message", "asctime", "taskName"}
logger = logging.getLogger("finsam")


class JsonLines(logging.Formatter):
    """One object per record: time, level, logger, event, process, and whatever `extra` held."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one line of JSON."""
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": record.getMessage(),
            "pid": os.getpid(),
            **{key: value for key, value in vars(record).items() if key not in STANDARD},
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


@contextmanager
def to_file(settings: Settings) -> Iterator[None]:
    """Everything logged meanwhile goes to the file; nested uses write each line once.

    On a full disk the log is lost, here and in the libraries, without a traceback per line: what
    could not be done is told by whoever was doing it.
    """
    if any(isinstance(handler, RotatingFileHandler) for handler in logger.handlers):
        yield
        return
    settings.log_file.parent.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        settings.log_file, maxBytes=ROTATE_BYTES, backupCount=ROTATED_KEPT, encoding="utf-8"
    )
    handler.setFormatter(JsonLines())
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    loud, logging.raiseExceptions = logging.raiseExceptions, False
    try:
        yield
    finally:
        logging.raiseExceptions = loud
        logger.removeHandler(handler)
        handler.close()

"""Many documents at once: one process per core, results in the order of the documents.

Belongs here: spreading documents over processes and telling how far the work has come. Does not
belong here: reading one document (`document`).
"""

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from .document import DEFAULT_LIMITS, Limits, extract_document
from .extract import Extraction

Progress = Callable[[int, int, Extraction], None]


def extract_many(
    paths: Sequence[Path],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
    limits: Limits = DEFAULT_LIMITS,
) -> list[Extraction]:
    """Extract documents in parallel; `progress(done, total, extraction)` after each, in order."""
    total = len(paths)
    count = max(1, min(workers or os.cpu_count() or 1, total))
    found: list[Extraction] = []

    def took(extraction: Extraction) -> None:
        found.append(extraction)
        if progress is not None:
            progress(len(found), total, extraction)

    if count == 1:
        for path in paths:
            took(extract_document(path, limits))
        return found
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=count, mp_context=context) as pool:
        for extraction in pool.map(partial(extract_document, limits=limits), paths):
            took(extraction)
    return found

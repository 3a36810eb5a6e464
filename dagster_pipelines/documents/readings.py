"""Readings of documents, kept by the document's content and the extractor's version.

Belongs here: the folder of a document (its original, its readings, which of them stands) and the
difference between two readings. Does not belong here: delivering facts (`delivery`).

A document is read once per extractor version. Its first reading stands at once. A later version
that reads the same facts replaces it silently; one that reads anything else waits, with the
difference listed, until a person adopts it: nothing published changes because code did.
"""

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dagster_pipelines.files import readable, replace_text
from dagster_pipelines.settings import PROJECT_DIR, Settings

if TYPE_CHECKING:
    from dagster_pipelines.extraction.document import Limits

SUFFIXES = (".pdf", ".txt", ".md")
EXTRACTOR_CODE = ("dagster_pipelines/extraction", "seeds")
TOO_LARGE = "för stor"
Row = Mapping[str, str]
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Difference:
    """One fact that two readings do not agree on; `old` or `new` is None where absent."""

    line: int
    position: int
    old: Row | None
    new: Row | None

    @property
    def kind(self) -> str:
        """`ny`, `borta` or `ändrad`."""
        if self.old is None:
            return "ny"
        return "borta" if self.new is None else "ändrad"


@dataclass(frozen=True)
class Reading:
    """What one version of the extractor made of one document. All values are text, as in CSV."""

    version: str
    report: Row
    facts: Sequence[Row]
    findings: Sequence[Row]
    outcome: str
    message: str
    text: str
    limits: Mapping[str, float] = field(default_factory=dict)
    """What the document was allowed to ask for."""

    def refused_under_other(self, limits: "Limits") -> bool:
        """Whether it was too large for limits that have been changed since."""
        return self.outcome == TOO_LARGE and self.limits != asdict(limits)

    @property
    def suspects(self) -> list[Row]:
        """The figures that wait for a person."""
        return [fact for fact in self.facts if fact["status"] == "suspect"]


@dataclass(frozen=True)
class Document:
    """A document in landing/: `fil` as the warehouse names it, and its folder of readings."""

    fil: str
    path: Path
    sha256: str
    folder: Path

    def reading(self, version: str) -> Reading | None:
        """What this version read; None when it has not, or when its file is damaged."""
        kept = self.folder / f"{version}.json"
        if not kept.exists():
            return None
        with suppress(ValueError, TypeError):
            return Reading(**json.loads(kept.read_text(encoding="utf-8")))
        return None

    @property
    def adopted(self) -> Reading | None:
        """The reading that stands; None before the document has been read."""
        stands = self.folder / "antagen"
        return self.reading(stands.read_text(encoding="utf-8")) if stands.exists() else None

    @property
    def waiting(self) -> Reading | None:
        """A newer reading that differs from the one that stands, waiting for a person."""
        newest, stands = self.reading(extractor_version()), self.adopted
        if newest is None or stands is None or newest.version == stands.version:
            return None
        return newest

    def adopt(self, version: str) -> None:
        """Let the reading of `version` stand."""
        replace_text(self.folder / "antagen", version)


def find(settings: Settings) -> list[Document]:
    """The documents in landing/, by name; each with a kept copy of the original."""
    found = []
    for path in sorted(settings.landing_dir.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(settings.landing_dir).parts)
        if hidden or path.suffix.lower() not in SUFFIXES or not path.is_file():
            continue
        if not path.resolve().is_relative_to(settings.landing_dir.resolve()):
            continue  # a link out of the folder is nobody's delivery
        fil = f"landing/{readable(path.relative_to(settings.landing_dir).as_posix())}"
        sha256, whole = _fingerprint(path, fil, settings)
        folder = settings.documents_dir / sha256[:2] / sha256
        if whole:
            _keep(path, folder)
        found.append(Document(fil, path, sha256, folder))
    return found


def _fingerprint(path: Path, fil: str, settings: Settings) -> tuple[str, bool]:
    """The content's sha256, and whether it can be read at all.

    One that is too large or may not be opened goes by its size or name: the extractor refuses it
    with the reason.
    """
    try:
        size = path.stat().st_size
        if size <= settings.document_mb * 1_000_000:
            with path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest(), True
        told = f"för stor: {size}"
    except OSError:
        told = f"oläslig: {fil}"
    return hashlib.sha256(told.encode()).hexdigest(), False


def limits_of(settings: Settings) -> "Limits":
    """What one document may ask for in this installation."""
    from dagster_pipelines.extraction.document import Limits  # noqa: PLC0415

    return Limits(
        mb=settings.document_mb,
        pages=settings.document_pages,
        scanned_pages=settings.document_scanned_pages,
        seconds=settings.document_seconds,
        scan_seconds=settings.document_scan_seconds,
        memory_mb=settings.document_memory_mb,
    )


def read_new(
    documents: Sequence[Document], settings: Settings, progress: Progress = lambda *_: None
) -> int:
    """Read the documents that this version has not read, in parallel; returns how many.

    The first reading of a document stands, and so does one that says the same as that which
    stood; any other waits. What was too large is tried again when the limits have changed.
    """
    if not documents:  # then the extractor need not be loaded, not even to ask for its version
        return 0
    version, limits = extractor_version(), limits_of(settings)
    unread: dict[str, Document] = {}
    for document in documents:
        reading = document.reading(version)
        if reading is None or reading.refused_under_other(limits):
            unread[document.sha256] = document
    if unread:
        _read(list(unread.values()), version, limits, progress)
    for document in documents:
        stands, newest = document.adopted, document.reading(version)
        if newest and (stands is None or not differences(stands, newest)):
            document.adopt(version)
    return len(unread)


def adopt_waiting(settings: Settings, documents: Sequence[Document]) -> list[Document]:
    """Let every newer reading that waits stand; returns the documents concerned.

    What a person adopts is an input of the next refresh, so it is written where the fingerprint
    of the inputs sees it.
    """
    adopted = []
    for document in documents:
        if waiting := document.waiting:
            document.adopt(waiting.version)
            adopted.append(document)
    if adopted:
        log = settings.adoptions
        earlier = log.read_text(encoding="utf-8") if log.exists() else ""
        lines = (f"{document.sha256} {extractor_version()}\n" for document in adopted)
        replace_text(log, earlier + "".join(lines))
    return adopted


def differences(old: Reading, new: Reading) -> list[Difference]:
    """Facts that differ between two readings of a document, in the order of the document."""
    before, after = _by_place(old), _by_place(new)
    return [
        Difference(*place, before.get(place), after.get(place))
        for place in sorted(before.keys() | after.keys())
        if before.get(place) != after.get(place)
    ]


@cache
def extractor_version() -> str:
    """The extractor's version and a hash of the code and seeds that decide what it reads."""
    from dagster_pipelines.extraction import EXTRACTOR_VERSION  # noqa: PLC0415

    code = hashlib.sha256()
    for folder in EXTRACTOR_CODE:
        for path in sorted((PROJECT_DIR / folder).rglob("*")):
            if path.suffix in (".py", ".csv"):
                code.update(path.relative_to(PROJECT_DIR).as_posix().encode() + path.read_bytes())
    return f"{EXTRACTOR_VERSION}+{code.hexdigest()[:8]}"


def _read(
    documents: Sequence[Document], version: str, limits: "Limits", progress: Progress
) -> None:
    from dagster_pipelines.extraction.export import as_text  # noqa: PLC0415
    from dagster_pipelines.extraction.many import extract_many  # noqa: PLC0415

    def told(done: int, total: int, _: Any) -> None:
        progress(done, total, documents[done - 1].fil)

    originals = [document.path for document in documents]
    read = extract_many(originals, progress=told, limits=limits)
    for document, extraction in zip(documents, read, strict=True):
        content = {
            "version": version,
            "report": {key: as_text(value) for key, value in extraction.report.items()},
            "facts": [{k: as_text(v) for k, v in fact.items()} for fact in extraction.facts],
            "findings": [{k: as_text(v) for k, v in row.items()} for row in extraction.findings],
            "outcome": extraction.outcome,
            "message": extraction.message,
            "text": extraction.text,
            "limits": asdict(limits),
        }
        replace_text(document.folder / f"{version}.json", json.dumps(content, ensure_ascii=False))


def _keep(path: Path, folder: Path) -> None:
    original = folder / f"original{path.suffix.lower()}"
    if not original.exists():
        folder.mkdir(parents=True, exist_ok=True)
        partial = folder / "original.del"
        shutil.copyfile(path, partial)
        partial.replace(original)


def _by_place(reading: Reading) -> dict[tuple[int, int], Row]:
    return {(int(fact["line"]), int(fact["position"])): fact for fact in reading.facts}

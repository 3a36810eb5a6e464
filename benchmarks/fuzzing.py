"""Spoilt inputs for the extractor, and what must hold on every one of them.

Belongs here: mutations of synthetic reports and the check of one extraction, shared by the
fuzz run (`fuzz_extraction`) and the tests. Does not belong here: how well a report is read.
"""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from random import Random
from types import FrameType

from benchmarks.synthetic_reports import KINDS, generate

# Of the processor; waiting counts too, but far more generously, as machines are shared.
TIME_BOUND_SECONDS = 5.0
WAITING_FACTOR = 12
SEEDS_OF_BASE = 200
Extract = Callable[[str], object]


@dataclass(frozen=True)
class Failure:
    """An input that broke a promise; `seed` makes it again with `mutated`."""

    seed: int
    mutation: str
    problem: str


def _flip_bytes(text: str, rng: Random) -> str:
    data = bytearray(text.encode())
    for _ in range(rng.randint(1, max(1, len(data) // 50))):
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return data.decode("utf-8", errors="replace")


def _shuffle_lines(text: str, rng: Random) -> str:
    lines = text.split("\n")
    start = rng.randrange(max(1, len(lines) // 2))
    part = lines[start : start + rng.randint(1, len(lines))]
    rng.shuffle(part)
    return "\n".join(lines[:start] + part + lines[start + len(part) :])


def _truncate(text: str, rng: Random) -> str:
    start = rng.choice([0, rng.randrange(max(1, len(text)))])
    return text[start : start + rng.randint(0, len(text))]


def _duplicate(text: str, rng: Random) -> str:
    lines = text.split("\n")
    start = rng.randrange(len(lines))
    part = lines[start : start + rng.randint(1, 60)]
    return "\n".join(lines[:start] + part * rng.randint(2, 5) + lines[start:])


def _random_unicode(text: str, rng: Random) -> str:
    letters = list(text)
    for _ in range(rng.randint(1, max(1, len(letters) // 30))):
        code = rng.choice(
            [
                rng.randrange(32, 0x2FFF),
                rng.randrange(0x10000, 0x1FFFF),
                0,
                9,
                11,
                12,
                13,
                0x85,
                0x2028,
                0x200B,
                0x660 + rng.randrange(10),
                0xB2,
            ]
        )
        letters[rng.randrange(len(letters))] = chr(code)
    return "".join(letters)


def _only_noise(_text: str, rng: Random) -> str:
    alphabet = "0123456789 -–.,()|\t\n<>/%kr" + "åäöÅÄÖ" + "\u00a0\u2009\u2212"
    return "".join(rng.choice(alphabet) for _ in range(rng.randint(0, 4000)))


def _digit_storm(text: str, rng: Random) -> str:
    """Long rows of digit groups inside a statement: many ways to cut them into columns."""
    lines = text.split("\n")
    for _ in range(rng.randint(1, 25)):
        groups = (
            str(rng.randrange(1000)).zfill(rng.randint(1, 3)) for _ in range(rng.randint(5, 60))
        )
        lines.insert(
            rng.randrange(len(lines)),
            rng.choice(["Summa ", "", "Kassa och bank "]) + " ".join(groups),
        )
    return "\n".join(lines)


def _squeeze_spaces(text: str, rng: Random) -> str:
    return "".join(c for c in text if c not in " \t" or rng.random() > 0.5)


def _shuffle_words(text: str, rng: Random) -> str:
    lines = []
    for line in text.split("\n"):
        words = line.split(" ")
        if rng.random() < 0.4:
            rng.shuffle(words)
        lines.append(" ".join(words))
    return "\n".join(lines)


MUTATIONS: dict[str, Callable[[str, Random], str]] = {
    "flip_bytes": _flip_bytes,
    "shuffle_lines": _shuffle_lines,
    "truncate": _truncate,
    "duplicate": _duplicate,
    "random_unicode": _random_unicode,
    "only_noise": _only_noise,
    "digit_storm": _digit_storm,
    "squeeze_spaces": _squeeze_spaces,
    "shuffle_words": _shuffle_words,
}


def mutated(seed: int) -> tuple[str, str]:
    """The input of a seed: the mutations applied, and the text."""
    rng = Random(f"fuzz:{seed}")
    text = generate(rng.randrange(SEEDS_OF_BASE), rng.choice(KINDS)).text
    names = rng.choices(list(MUTATIONS), k=rng.choice([1, 1, 1, 2, 3]))
    for name in names:
        text = MUTATIONS[name](text, rng) or " "
    return "+".join(names), text


def provenance_problem(fact: dict[str, object], lines: list[str]) -> str:
    """What is wrong with where a fact says it comes from; empty if nothing."""
    try:
        line, position = int(str(fact["line"])), int(str(fact["position"]))
    except (KeyError, ValueError):
        return f"line or position is no number: {fact}"
    printed = fact.get("printed")
    if line < 1 or position < 1:
        return f"line {line} position {position}"
    if not isinstance(printed, str) or not printed.strip():
        return f"nothing printed on line {line}"
    if line > len(lines):
        return f"line {line} of {len(lines)}"
    return "" if printed in lines[line - 1] else f"{printed!r} not on line {line}"


class _TookTooLongError(BaseException):
    """Raised by the timer inside a hanging extraction; no `except Exception` swallows it."""


@contextmanager
def _time_bound(seconds: float) -> Iterator[None]:
    def stop(_number: int, _frame: FrameType | None) -> None:
        raise _TookTooLongError

    before = signal.signal(signal.SIGALRM, stop), signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, seconds)
    signal.setitimer(signal.ITIMER_REAL, seconds * WAITING_FACTOR)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGALRM, before[0])
        signal.signal(signal.SIGPROF, before[1])


def problem_of(extract: Extract, text: str) -> str:
    """What an extraction of `text` does wrong; empty if it keeps every promise."""
    started = time.process_time()
    try:
        with _time_bound(TIME_BOUND_SECONDS):
            extraction = extract(text)
    except _TookTooLongError:
        return f"more than {TIME_BOUND_SECONDS} s"
    except Exception as error:  # any exception is the finding
        return f"{type(error).__name__}: {error}"
    if time.process_time() - started > TIME_BOUND_SECONDS:
        return f"more than {TIME_BOUND_SECONDS} s"
    return _facts_problem(getattr(extraction, "facts", None), text.split("\n"))


def _facts_problem(facts: object, lines: list[str]) -> str:
    if not isinstance(facts, list):
        return "no list of facts"
    keys = set()
    for fact in facts:
        if problem := provenance_problem(fact, lines):
            return problem
        key = (fact["line"], fact["position"])
        if key in keys:
            return f"two facts at line {key[0]} position {key[1]}"
        keys.add(key)
    return ""


def try_seed(extract: Extract, seed: int) -> Failure | None:
    """Make the input of a seed and try it."""
    mutation, text = mutated(seed)
    problem = problem_of(extract, text)
    return Failure(seed, mutation, problem) if problem else None

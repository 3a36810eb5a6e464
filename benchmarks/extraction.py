"""How well and how fast reports are read: one table over real texts and synthetic reports.

    python benchmarks/extraction.py [--reports DIR --facts DIR] [--n 60] [--json FILE]

Real texts (`<report_id>.txt`) are scored against hand-checked facts (`<report_id>.csv`) where
both folders are given; synthetic reports (`synthetic_reports`) always. What the columns mean
is defined in `scoring`. `--show N` prints the first N silent errors and misses of each group.
"""

import argparse
import csv
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.scoring import STRICT, Score, StatementScore, Truth, combine, score
from benchmarks.synthetic_reports import KINDS, Kind, SyntheticReport, generate
from dagster_pipelines.extraction import extract_text

LINES_PER_PAGE = 45
LINES_PER_REPORT = 300
HEAD = (
    "group",
    "statement",
    "truth",
    "recall",
    "trusted",
    "located",
    "precision",
    "silent",
    "silent %",
)


def truth_of(report: SyntheticReport) -> Truth:
    """The truth of a synthetic report in the form the scorer takes."""
    return Truth(
        report.truth_facts,
        report.truth_report,
        [index for index, _ in report.damaged],
        [(index, done.breaks or (done,)) for index, done in report.planted],
        complete=True,
    )


def score_synthetic(kind: Kind, seeds: Sequence[int]) -> tuple[Score, float, int]:
    """Score of one kind over the seeds, seconds spent extracting and lines read."""
    scores, seconds, lines = [], 0.0, 0
    for seed in seeds:
        report = generate(seed, kind)
        started = time.process_time()
        extraction = extract_text(report.text, source_file=f"{kind}-{seed}.txt")
        seconds += time.process_time() - started
        lines += report.text.count("\n")
        found = score(extraction, truth_of(report))
        for error in found.errors:
            error.what = f"{kind}-{seed} {error.what}"
        found.missed = [{**fact, "report_id": f"{kind}-{seed}"} for fact in found.missed]
        scores.append(found)
    return combine(scores), seconds, lines


def score_real(text_file: Path, facts_file: Path) -> tuple[Score, float, int]:
    """Score of one real text against its hand-checked facts; the file stem is the report id."""
    text = text_file.read_text(encoding="utf-8")
    with facts_file.open(encoding="utf-8", newline="") as handle:
        facts = list(csv.DictReader(handle))
    _, end, kind = text_file.stem.rsplit("_", 2)
    report = {"report_id": text_file.stem, "report_type": kind, "period_end": end}
    started = time.process_time()
    extraction = extract_text(text, source_file=text_file.name)
    seconds = time.process_time() - started
    return score(extraction, Truth(facts, report)), seconds, text.count("\n")


def _percent(part: int, whole: int) -> str:
    return f"{100 * part / whole:.2f}" if whole else "-"


def _row(group: str, name: str, counts: StatementScore) -> tuple[str, ...]:
    return (
        group,
        name,
        str(counts.truth),
        _percent(counts.found, counts.truth),
        _percent(counts.trusted, counts.truth),
        _percent(counts.located, counts.truth),
        _percent(counts.correct, counts.claimed),
        str(counts.silent),
        _percent(counts.silent, counts.truth),
    )


def _rows(group: str, found: Score) -> list[tuple[str, ...]]:
    rows = [_row(group, name, counts) for name, counts in sorted(found.statements.items())]
    rows.append(_row(group, "= five statements", found.total(STRICT)))
    beyond = [name for name in found.statements if name not in STRICT]
    rows.append(_row(group, "= beyond them", found.total(beyond)))
    return [*rows, _row(group, "= all", found.total())]


def _print_table(rows: list[tuple[str, ...]]) -> None:
    widths = [max(len(row[place]) for row in [HEAD, *rows]) for place in range(len(HEAD))]
    for row in [HEAD, *rows]:
        cells = [
            cell.ljust(width) if place < 2 else cell.rjust(width)
            for place, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        print("  ".join(cells))


def _print_extras(group: str, found: Score) -> None:
    parts = [
        f"{key} {_percent(right, of)} % of {of}"
        for key, (right, of) in sorted(found.identity.items())
    ]
    if found.damaged:
        handled = found.damaged_repaired + found.damaged_suspect
        parts.append(
            f"damaged handled {_percent(handled, found.damaged)} % of {found.damaged} "
            f"(repaired {found.damaged_repaired}, suspect {found.damaged_suspect}, "
            f"silent {found.damaged_silent})"
        )
    if found.planted:
        parts.append(
            f"planted reported {_percent(found.planted_reported, found.planted)} % of "
            f"{found.planted}, repaired away {found.planted_repaired_away}"
        )
    parts.append(
        f"findings {found.findings} in {found.reports_with_findings} of {found.reports} reports"
    )
    print(f"{group}: " + "; ".join(parts))


def _as_json(found: Score) -> dict[str, object]:
    plain = {name: vars(counts) for name, counts in found.statements.items()}
    rest = {
        name: value
        for name, value in vars(found).items()
        if name not in ("statements", "errors", "missed")
    }
    return {**rest, "statements": plain, "five": vars(found.total(STRICT))}


def main() -> None:
    """Run the benchmark and print its table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--reports", type=Path, help="folder of real texts, <report_id>.txt")
    parser.add_argument("--facts", type=Path, help="folder of their facts, <report_id>.csv")
    parser.add_argument("--n", type=int, default=60, help="synthetic reports per kind")
    parser.add_argument("--first-seed", type=int, default=1000, help="seed of the first of them")
    parser.add_argument("--kinds", nargs="*", default=list(KINDS), choices=KINDS)
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    parser.add_argument("--show", type=int, default=0, help="print so many errors of each group")
    options = parser.parse_args()

    groups: dict[str, Score] = {}
    seconds, lines, reports = 0.0, 0, 0
    if options.reports and options.facts:
        for text_file in sorted(options.reports.glob("*.txt")):
            facts_file = options.facts / f"{text_file.stem}.csv"
            if facts_file.exists():
                groups[text_file.stem] = score_real(text_file, facts_file)[0]
    seeds = range(options.first_seed, options.first_seed + options.n)
    for kind in options.kinds:
        groups[kind], spent, read = score_synthetic(kind, seeds)
        seconds, lines, reports = seconds + spent, lines + read, reports + options.n

    _print_table([row for group, found in groups.items() for row in _rows(group, found)])
    print()
    for group, found in groups.items():
        _print_extras(group, found)
    speed = {
        "pages_per_second": lines / LINES_PER_PAGE / seconds if seconds else 0.0,
        "reports_per_second": lines / LINES_PER_REPORT / seconds if seconds else 0.0,
    }
    print(
        f"speed on one core: {speed['pages_per_second']:.0f} pages/s of {LINES_PER_PAGE} lines, "
        f"{speed['reports_per_second']:.1f} reports/s of {LINES_PER_REPORT} lines"
    )
    for group, found in groups.items():
        strict_first = sorted(found.errors, key=lambda error: error.statement not in STRICT)
        for error in strict_first[: options.show]:
            print(f"SILENT {group} {error}")
        for fact in found.missed[: options.show]:
            print(
                f"MISSED {group} "
                + " ".join(
                    str(fact[name])
                    for name in (
                        "report_id",
                        "line",
                        "statement",
                        "post_code",
                        "label",
                        "scenario",
                        "period_end",
                        "unit",
                        "value",
                        "printed",
                    )
                )
            )
    if options.json:
        content = {"speed": speed, "groups": {name: _as_json(s) for name, s in groups.items()}}
        options.json.write_text(json.dumps(content, indent=1, default=str), encoding="utf-8")


if __name__ == "__main__":
    main()

"""Throw spoilt documents at the extractor: no exception, no hang, no fact without provenance.

    python benchmarks/fuzz_extraction.py --n 10000 --seed 1

Uses every core. Prints each failure with the seed that makes its input again, and exits 1 if
there was one. The mutations and the promises are in `fuzzing`.
"""

import argparse
import os
import sys
import time
from multiprocessing import Pool
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.fuzzing import Failure, try_seed
from dagster_pipelines.extraction import extract_text


def _try(seed: int) -> tuple[int, float, Failure | None]:
    started = time.process_time()
    failure = try_seed(extract_text, seed)
    return seed, time.process_time() - started, failure


def main() -> int:
    """Run, print, and tell by the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--n", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1, help="seed of the first input")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    options = parser.parse_args()
    failures: list[Failure] = []
    slowest = (0.0, 0)
    with Pool(options.workers) as pool:
        seeds = range(options.seed, options.seed + options.n)
        for seed, seconds, failure in pool.imap_unordered(_try, seeds, chunksize=8):
            slowest = max(slowest, (seconds, seed))
            if failure:
                failures.append(failure)
                print(f"seed {failure.seed} ({failure.mutation}): {failure.problem}", flush=True)
    print(
        f"{options.n} inputs, {len(failures)} failures, slowest {slowest[0]:.2f} s "
        f"(seed {slowest[1]})"
    )
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

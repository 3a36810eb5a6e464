"""Command line of the generator."""

import argparse
from pathlib import Path

from .delivery import SIZES, Size, deliver


def main() -> None:
    """Write a delivery of the size asked for."""
    parser = argparse.ArgumentParser(prog="benchmarks.synthetic_nation")
    parser.add_argument("--size", choices=sorted(SIZES), default="nation")
    parser.add_argument("--forbund", type=int, help="instead of the size's own number")
    parser.add_argument("--years", type=int, help="instead of the size's own number")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    named = SIZES[arguments.size]
    size = Size(arguments.forbund or named.forbund, arguments.years or named.years)
    made = deliver(size, arguments.out, seed=arguments.seed)
    print(
        f"{made.facts} facts of {made.reports} reports in {made.files} files: {made.landing}\n"
        f"what they hide: {made.truth}"
    )


if __name__ == "__main__":
    main()

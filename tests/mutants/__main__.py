"""`python -m tests.mutants [FILE …]`: prints how many mistakes the tests find, and every mistake that they do not find.

Exits 1 only if a test fails without any mistake. A low score is no failure: the person who runs this must read it.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from pathlib import Path

from . import report
from .covered import TESTS, mutants_of
from .crew import Crew
from .mutant import Mutant


def main() -> int:
    chosen = _arguments()
    mutants = _mutants(chosen)
    began = time.monotonic()
    with Crew(chosen.workers) as crew:
        if broken := crew.without_a_mutant({mutant.path for mutant in mutants}):
            print(f"Without any mistake in it: {broken}")
            return 1
        tried = []
        for each in crew.try_all(mutants):
            tried.append(each)
            print(f"{len(tried):5}/{len(mutants)} {each.one_line}", file=sys.stderr, flush=True)
    print(report.as_text(tried))
    print(f"{_extent(chosen)}; {time.monotonic() - began:.0f} s, {chosen.workers} workers")
    if chosen.json:
        chosen.json.write_text(json.dumps(report.as_json(tried), indent=1))
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Scores the tests by seeded mistakes.")
    parser.add_argument("files", nargs="*", metavar="FILE", help=f"some of {', '.join(TESTS)}")
    parser.add_argument("--sample", type=int, default=0, help="a random sample of this size (default: all)")
    parser.add_argument("--seed", type=int, default=1, help="of the random sample (default 1)")
    parser.add_argument("--lines", default="", help="only mutants in these lines of one file, such as 40-60")
    parser.add_argument("--workers", type=int, default=2, help="workers, each with its own database (default 2)")
    parser.add_argument("--json", type=Path, help="also write the results to this file")
    chosen = parser.parse_args()
    if unknown := set(chosen.files).difference(TESTS):
        parser.error(f"no tests are named for {', '.join(sorted(unknown))} in tests/mutants/covered.py")
    return chosen


def _mutants(chosen: argparse.Namespace) -> list[Mutant]:
    mutants = [mutant for path in chosen.files or TESTS for mutant in mutants_of(path)]
    if chosen.lines:
        first, last = map(int, chosen.lines.split("-"))
        mutants = [mutant for mutant in mutants if first <= mutant.line <= last]
    if 0 < chosen.sample < len(mutants):
        mutants = random.Random(chosen.seed).sample(mutants, chosen.sample)
    return mutants


def _extent(chosen: argparse.Namespace) -> str:
    return f"A sample of {chosen.sample}, seed {chosen.seed}" if chosen.sample else "All mutants"


if __name__ == "__main__":
    sys.exit(main())

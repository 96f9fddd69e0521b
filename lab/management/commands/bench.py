"""`./wallet bench`: measures the figures of speed on this machine."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from lab.bench import table
from lab.bench.figure import LEAST_REPEATS, Plan
from lab.bench.figures import ALL
from lab.bench.runner import Runner
from lab.scratch.command import ScratchCommand, chosen, place, say

SIZES = {"10k": 10_000, "100k": 100_000, "1M": 1_000_000, "10M": 10_000_000}


class Command(ScratchCommand):
    help = "Measures how fast the wallet is, compared with programs that anybody can run, and prints a table."
    such_as = "S1,S5"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--repeats", type=int, help=f"measurements of each side (default {LEAST_REPEATS}; with --full 9)"
        )
        parser.add_argument("--seconds", type=float, help="of each measurement (default 5; with --full 20)")
        parser.add_argument("--size", help=f"entries in the larger ledger of S10: {', '.join(SIZES)} (default 1M)")
        parser.add_argument("--full", action="store_true", help="more and longer measurements, and ten million entries")

    @staticmethod
    def usual_seed() -> int:
        return 1  # so that what is measured is the same in each run

    def handle(self, *, only: str, report: Path | None, **wanted: Any) -> None:
        experiments, plan = chosen(only, ALL), plan_of(place=place(), **wanted)
        about = self.describe_machine(plan.seed)
        runner, began = Runner(plan, say=say), time.monotonic()
        runner.run(experiments)
        rows = list(table.rows_of(runner.outcomes))
        self.stdout.write(f"\n{table.as_text(rows)}\n\n{table.beside(rows)}\n")
        path = self.write_report(report, "bench", _numbers(about, runner, rows))
        self.stdout.write(f"{time.monotonic() - began:.0f} s; the numbers are in {path}")
        self._complain(runner)

    def _complain(self, runner: Runner) -> None:
        if runner.interrupted:
            raise CommandError("interrupted", returncode=130)
        if broken := [outcome for outcome in runner.outcomes if outcome.traceback]:
            log = runner.plan.place / "bench-failures.log"
            log.write_text("\n".join(outcome.traceback for outcome in broken))
            names = ", ".join(outcome.experiment.id for outcome in broken)
            raise CommandError(f"broken: {names} (the tracebacks are in {log})")


def plan_of(
    *, repeats: int | None, seconds: float | None, size: str | None, full: bool, seed: int, place: Path, **_: Any
) -> Plan:
    """The plan from the options and their defaults. Raises CommandError where a number is not possible."""
    size = size or ("10M" if full else "1M")
    if size not in SIZES:
        raise CommandError(f"There is no size {size}. There are {', '.join(SIZES)}.")
    if repeats is None:
        repeats = 9 if full else LEAST_REPEATS
    if seconds is None:
        seconds = 20.0 if full else 5.0
    if repeats < 1 or not 0 < seconds < 3600:
        raise CommandError("--repeats must be at least 1, and --seconds more than 0 and less than 3600.")
    return Plan(repeats=repeats, seconds=seconds, entries=SIZES[size], seed=seed, place=place)


def _numbers(about: dict[str, str], runner: Runner, rows: Sequence[table.Row]) -> dict[str, Any]:
    """The report. It has every reading, so that others can compute the figures again."""
    plan = runner.plan
    return {
        "about": about,
        "asked": {"repeats": plan.repeats, "seconds": plan.seconds, "entries": plan.entries},
        "figures": table.as_json(rows),
        "readings": {outcome.experiment.id: outcome.pairs for outcome in runner.outcomes},
    }

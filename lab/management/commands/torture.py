"""`./wallet torture`: attacks a scratch installation, never a live one, and prints the results."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from lab.scratch.command import ScratchCommand, chosen, place, say
from lab.torture import attacks, results
from lab.torture.figure import Figure
from lab.torture.figures import FIGURES
from web.deadlines import set_deadlines


class Command(ScratchCommand):
    help = "Attacks a scratch installation and prints what it survived. Exits with 1 after any violation."
    such_as = "R1,R6"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--minutes", type=float, default=10.0, help="for all attacks together (default 10)")
        parser.add_argument(
            "--full", action="store_true", help="takes twelve hours, to reach the counts that are the goals"
        )

    def handle(self, *, minutes: float, full: bool, only: str, seed: int, report: Path | None, **_: Any) -> None:
        set_deadlines()  # R3 calls the services in this process
        minutes = 720.0 if full else minutes
        figures, began = chosen(only, FIGURES, _names_of), time.monotonic()
        about = self.describe_machine(seed)
        outcomes: list[attacks.Outcome] = []
        try:
            for outcome in attacks.run(figures, place=place(), seed=seed, seconds=60 * minutes, tell=say):
                outcomes.append(outcome)
        except KeyboardInterrupt:
            say("interrupted")
        self.stdout.write(f"\n{results.as_text(outcomes)}\n")
        path = self.write_report(report, "torture", {"about": about, "figures": results.as_json(outcomes)})
        self.stdout.write(f"{time.monotonic() - began:.0f} s, seed {seed}; the numbers are in {path}")
        if results.is_broken(outcomes):
            raise SystemExit(1)


def _names_of(figure: Figure) -> set[str]:
    """R11b is meant by R11b and by R11."""
    return {figure.id.upper(), figure.id.rstrip("abcdefg")}

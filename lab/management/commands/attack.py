"""`./wallet attack`: attacks a scratch installation over HTTPS as strangers would, never a live one."""

from __future__ import annotations

import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from lab.attacks import results, runner
from lab.attacks.figures import FIGURES
from lab.scratch.command import ScratchCommand, chosen, place, say


class Command(ScratchCommand):
    help = (
        "Attacks a scratch installation over HTTPS and prints what it promised and kept. Exits with 1 after a finding."
    )
    such_as = "X3,X4"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--scale", type=float, default=1.0, help="more or fewer repetitions (default 1)")

    def handle(self, *, only: str, scale: float, seed: int, report: Path | None, **_: Any) -> None:
        if scale <= 0:
            raise CommandError("--scale must be more than 0.")
        figures, began = chosen(only, FIGURES), time.monotonic()
        about = self.describe_machine(seed)
        outcomes: list[runner.Outcome] = []
        try:
            for outcome in runner.run(figures, place=place(), seed=seed, scale=scale, tell=say):
                outcomes.append(outcome)
        except KeyboardInterrupt:
            say("interrupted")
        self.stdout.write(f"\n{results.as_text(outcomes, seed=seed)}\n")
        path = self.write_report(report, "attack", {"about": about, "figures": results.as_json(outcomes)})
        self.stdout.write(f"{time.monotonic() - began:.0f} s, seed {seed}; the numbers are in {path}")
        if results.has_findings(outcomes):
            raise SystemExit(1)

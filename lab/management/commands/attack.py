"""`./wallet attack`: attacks a scratch installation over HTTPS as strangers would, never a live one."""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lab.attacks import results, runner
from lab.attacks.figure import Figure
from lab.attacks.figures import FIGURES
from lab.scratch import machine


class Command(BaseCommand):
    help = (
        "Attacks a scratch installation over HTTPS and prints what it promised and kept. Exits with 1 after a finding."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", default="", help="only these figures, such as X3,X4")
        parser.add_argument("--scale", type=float, default=1.0, help="more or fewer repetitions (default 1)")
        parser.add_argument(
            "--seed", type=int, default=int(time.time()) % 100_000, help="the seed of all random numbers"
        )
        parser.add_argument(
            "--json", type=Path, dest="report", help="file for the numbers (default: in the scratch directory)"
        )

    def handle(self, *, only: str, scale: float, seed: int, report: Path | None, **_: Any) -> None:
        if scale <= 0:
            raise CommandError("--scale must be more than 0.")
        figures, place = chosen(only), Path(os.environ["WALLET_PLACE"])
        about = machine.description(seed=seed, place=place)
        for name, text in about.items():
            self.stdout.write(f"{name:13} {text}")
        outcomes: list[runner.Outcome] = []
        began = time.monotonic()
        try:
            for outcome in runner.run(figures, place=place, seed=seed, scale=scale, tell=_say):
                outcomes.append(outcome)
        except KeyboardInterrupt:
            _say("interrupted")
        self.stdout.write(f"\n{results.as_text(outcomes, seed=seed)}\n")
        path = report or place / time.strftime("attack-%Y%m%d-%H%M%S.json")
        path.write_text(json.dumps({"about": about, "figures": results.as_json(outcomes)}, indent=1))
        self.stdout.write(f"{time.monotonic() - began:.0f} s, seed {seed}; the numbers are in {path}")
        if results.has_findings(outcomes):
            raise SystemExit(1)


def chosen(only: str) -> list[Figure]:
    """The figures that `only` names, or all. Raises CommandError with the known names where one is unknown."""
    names = {name.strip().upper() for name in only.split(",") if name.strip()}
    known = [figure.id for figure in FIGURES]
    if unknown := names.difference(known):
        raise CommandError(f"There is no {', '.join(sorted(unknown))}. There are {', '.join(known)}.")
    return [figure for figure in FIGURES if not names or figure.id in names]


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)

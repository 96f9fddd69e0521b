"""`./wallet torture`: attacks a scratch installation, never a live one, and prints the results."""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from lab.scratch import machine
from lab.torture import attacks, results
from lab.torture.figure import Figure
from lab.torture.figures import FIGURES
from web.deadlines import set_deadlines


class Command(BaseCommand):
    help = "Attacks a scratch installation and prints what it survived. Exits with 1 after any violation."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--minutes", type=float, default=10.0, help="for all attacks together (default 10)")
        parser.add_argument(
            "--full", action="store_true", help="takes twelve hours, to reach the counts that are the goals"
        )
        parser.add_argument("--only", default="", help="only these figures, such as R1,R6")
        parser.add_argument(
            "--seed", type=int, default=int(time.time()) % 100_000, help="the seed of all random numbers"
        )
        parser.add_argument(
            "--json", type=Path, dest="report", help="file for the numbers (default: in the scratch directory)"
        )

    def handle(self, *, minutes: float, full: bool, only: str, seed: int, report: Path | None, **_: Any) -> None:
        set_deadlines()  # R3 calls the services in this process
        place = Path(os.environ["WALLET_PLACE"])
        minutes = 720.0 if full else minutes
        about = machine.description(seed=seed, place=place)
        for name, text in about.items():
            self.stdout.write(f"{name:13} {text}")
        outcomes: list[attacks.Outcome] = []
        began = time.monotonic()
        try:
            for outcome in attacks.run(chosen(only), place=place, seed=seed, seconds=60 * minutes, tell=_say):
                outcomes.append(outcome)
        except KeyboardInterrupt:
            _say("interrupted")
        self.stdout.write(f"\n{results.as_text(outcomes)}\n")
        path = report or place / time.strftime("torture-%Y%m%d-%H%M%S.json")
        path.write_text(json.dumps({"about": about, "figures": results.as_json(outcomes)}, indent=1))
        self.stdout.write(f"{time.monotonic() - began:.0f} s, seed {seed}; the numbers are in {path}")
        if results.is_broken(outcomes):
            raise SystemExit(1)


def chosen(only: str) -> list[Figure]:
    """The figures that `only` names, or all. Raises CommandError with the known names where one is unknown."""
    names = {name.strip().upper() for name in only.split(",") if name.strip()}
    known = [figure.id for figure in FIGURES]
    if unknown := names.difference(*map(_names_of, FIGURES)):
        raise CommandError(f"There is no {', '.join(sorted(unknown))}. There are {', '.join(known)}.")
    return [figure for figure in FIGURES if not names or not names.isdisjoint(_names_of(figure))]


def _names_of(figure: Figure) -> set[str]:
    """R11b is meant by R11b and by R11."""
    return {figure.id.upper(), figure.id.rstrip("abcdefg")}


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)

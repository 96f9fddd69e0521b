"""What the commands of this room share: which figures are wanted, the machine, and the numbers as a file."""

from __future__ import annotations

import json
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Protocol, TypeVar

from django.core.management.base import BaseCommand, CommandError

from . import machine


class Named(Protocol):
    @property
    def id(self) -> str: ...


F = TypeVar("F", bound=Named)


class ScratchCommand(BaseCommand):
    """A command that measures or attacks installations of its own. `such_as` is an example for --only."""

    requires_system_checks: list[str] = []
    such_as = ""

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", default="", help=f"only these figures, such as {self.such_as}")
        parser.add_argument("--seed", type=int, default=self.usual_seed(), help="the seed of all random numbers")
        parser.add_argument(
            "--json", type=Path, dest="report", help="file for the numbers (default: in the scratch directory)"
        )

    @staticmethod
    def usual_seed() -> int:
        return int(time.time()) % 100_000

    def describe_machine(self, seed: int) -> dict[str, str]:
        """Prints what the numbers depend on, and returns it."""
        about = machine.description(seed=seed, place=place())
        for name, text in about.items():
            self.stdout.write(f"{name:13} {text}")
        return about

    def write_report(self, report: Path | None, name: str, numbers: dict[str, Any]) -> Path:
        """Writes the numbers as JSON. Returns where they are."""
        path = report or place() / time.strftime(f"{name}-%Y%m%d-%H%M%S.json")
        path.write_text(json.dumps(numbers, indent=1, ensure_ascii=False))
        return path


def place() -> Path:
    """The scratch directory of this command."""
    return Path(os.environ["WALLET_PLACE"])


def chosen(only: str, figures: Sequence[F], names_of: Callable[[F], set[str]] = lambda figure: {figure.id}) -> list[F]:
    """The figures that `only` names, or all. Raises CommandError with the known names where one is unknown."""
    names = {name.strip().upper() for name in only.split(",") if name.strip()}
    if unknown := names.difference(*map(names_of, figures)):
        known = ", ".join(figure.id for figure in figures)
        raise CommandError(f"There is no {', '.join(sorted(unknown))}. There are {known}.")
    return [figure for figure in figures if not names or not names.isdisjoint(names_of(figure))]


def say(text: str) -> None:
    """Tells how far the command is: on stderr, beside the table."""
    print(text, file=sys.stderr, flush=True)

"""A mutant: one file with one small mistake in it."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Mutant:
    """The file at `path` with the text between `start` and `end` (in characters) replaced by `new`.

    `what` says in words which kind of mistake it is.
    """

    path: str
    start: int
    end: int
    new: str
    what: str

    @property
    def original(self) -> str:
        return (PROJECT / self.path).read_text()

    @property
    def text(self) -> str:
        source = self.original
        return source[: self.start] + self.new + source[self.end :]

    @property
    def line(self) -> int:
        return self.original.count("\n", 0, self.start) + 1

    @property
    def diff(self) -> str:
        """Only the changed lines, each with a leading - or +."""
        lines = difflib.unified_diff(self.original.splitlines(), self.text.splitlines(), lineterm="", n=0)
        return "\n".join(line for line in list(lines)[3:])

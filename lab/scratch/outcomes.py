"""What came of a figure's attack, for the commands that attack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar


class Row(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def what(self) -> str: ...
    @property
    def unit(self) -> str: ...


class Noted(Protocol):
    @property
    def notes(self) -> list[str]: ...


F = TypeVar("F", bound=Row)
R = TypeVar("R", bound=Noted)


@dataclass(frozen=True)  # no slots: in 3.11, Outcome[…]() would fail
class Outcome(Generic[F, R]):
    """What came of one figure's attack. `result` is None where it could not be measured, and `reason` says why."""

    figure: F
    result: R | None
    reason: str = ""
    took_s: float = 0.0

    def as_json(self, **numbers: object) -> dict[str, object]:
        """The outcome for the report. `numbers` are what this kind of attack counts."""
        return {
            "figure": self.figure.id,
            "what": self.figure.what,
            "unit": self.figure.unit,
            **numbers,
            "notes": self.result.notes if self.result else [self.reason],
            "took_s": round(self.took_s, 1),
        }

    def remarks(self, word: str, wrong: Sequence[str]) -> list[str]:
        """The lines below the table: the notes, and what was `wrong`, each after `word`."""
        notes = self.result.notes if self.result else []
        return [f"{self.figure.id}  {note}" for note in notes] + [f"{self.figure.id}  {word}: {each}" for each in wrong]

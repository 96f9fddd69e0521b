"""The types of an attack: its means, its result, and its row in the table."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from .browser import Browser, Door

T = TypeVar("T")
Letters = Callable[[str], list[str]]


@dataclass(frozen=True)
class Cast:
    """The people of an installation. `names` are usernames by role; `passwords` and the `pin` are theirs.

    Roles: "member" and "other" pay each other, "outsider" has no part in it; "merchant", "cashier", "treasurer",
    "auditor", "administrator" and "bank" are what they say, "frozen" is a member whose account is frozen. "target" is
    the one whose secrets are guessed, and has nothing else to do.
    """

    names: Mapping[str, str]
    passwords: Mapping[str, str]
    pin: str

    def password(self, role: str) -> str:
        return self.passwords[self.names[role]]


@dataclass
class Means:
    """The means of an attack. `door` leads to the installation; this process is connected to its database as well.

    `letters` returns the e-mails that an address got so far, as texts. `scale` is 1.0 for the usual number of checks.
    """

    door: Door
    cast: Cast
    letters: Letters
    chance: random.Random
    seed: int
    scale: float = 1.0
    browsers: dict[str, Browser] = field(default_factory=dict)

    def times(self, usual: int) -> int:
        """How often to do what is done `usual` times with the scale 1.0; once at least."""
        return max(1, round(usual * self.scale))

    def some(self, of: Sequence[T], usual: int) -> list[T]:
        """So many of these at random as `times` says, and each at most once."""
        return self.chance.sample(of, min(len(of), self.times(usual)))


@dataclass
class Result:
    """The result of an attack: how many `checks` were made, what was found, and other observations."""

    checks: int = 0
    findings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def check(self, is_as_promised: bool, finding: str) -> bool:
        """Counts one check. `finding` says what it means if the promise was broken."""
        self.checks += 1
        if not is_as_promised and finding not in self.findings:
            self.findings.append(finding)
        return is_as_promised


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table. `unit` is what one check is, such as requests."""

    id: str
    what: str
    unit: str
    attack: Callable[[Means, Result], None]

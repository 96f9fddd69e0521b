"""What people of the demo have at hand. What they do is brought by each feature, in a `demo.py`.

ACTS are done at random moments of the months that the demo lives through; LATELY a few hours before its end; LAST at
its end, so that there is something left to do.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import User
from conversion.money import Money

from .owners import wallet_of

PIN = "246810"  # everybody's
NOT_ACTING = ("admin1", "kiosk")
NOTES = (
    "pizza", "club mate", "cinema", "bus ticket", "laser cutter", "filament", "coffee beans", "birthday present",
    "concert", "groceries", "book", "lunch", "workshop fee", "bike repair", "tea", "half of the taxi",
)  # fmt: skip


@dataclass
class Stage:
    """The people by username, and chance. It is seeded, and the keys with it: the same world every time."""

    people: dict[str, User]
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - not for secrets

    def two(self) -> tuple[User, User]:
        """Two who have to do with one another; some more often than others."""
        names = [name for name in self.people if name not in NOT_ACTING]
        names += ["alice", "alice", "alice", "bob"]
        first = self.chance.choice(names)
        return self.people[first], self.people[self.chance.choice([name for name in names if name != first])]

    def some(self, user: User) -> Money:
        """A small part of what the user has, at round figures."""
        balance = wallet_of(user).settled
        share = max(balance.minor // self.chance.randint(12, 60), 1)
        step = 10 ** max(balance.currency.exponent - 1, 0) * (50 if balance.currency.exponent == 0 else 5)
        return Money(max(share // step * step, step), balance.currency)

    def note(self) -> str:
        return self.chance.choice(NOTES)

    def key(self) -> UUID:
        return UUID(int=self.chance.getrandbits(128), version=4)


Doing = Callable[[Stage], object]


@dataclass(frozen=True, slots=True)
class Act:
    """`often`: how often, beside other acts."""

    do: Doing
    often: int

"""What the acts of the demo's people share: people, chance, keys and notes. The acts are in each feature's `demo.py`.

The demo plays several months up to now. It calls the functions in ACTS at random moments of these months, those in
LATELY a few hours before the end, and those in LAST at the end, so that visitors find something left to do.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from accounts.models import User
from conversion.money import Money

from .demo_pin import PIN as PIN
from .owners import wallet_of

NOT_ACTING = ("admin1", "kiosk")
NOTES = (
    "pizza", "club mate", "cinema", "bus ticket", "laser cutter", "filament", "coffee beans", "birthday present",
    "concert", "groceries", "book", "lunch", "workshop fee", "bike repair", "tea", "half of the taxi",
)  # fmt: skip


@dataclass
class Stage:
    """The demo's people by username, and a seeded random generator.

    Keys come from the same generator, so every run of the demo gives the same transfers.
    """

    people: dict[str, User]
    chance: random.Random = field(default_factory=lambda: random.Random(1))  # noqa: S311 - not for secrets

    def two(self) -> tuple[User, User]:
        """Returns two different people at random. Alice and Bob come first more often than the others."""
        names = [name for name in self.people if name not in NOT_ACTING]
        names += ["alice", "alice", "alice", "bob"]
        first = self.chance.choice(names)
        return self.people[first], self.people[self.chance.choice([name for name in names if name != first])]

    def some(self, user: User) -> Money:
        """Returns a round amount: 1/60 to 1/12 of the user's settled balance, but at least one step of rounding."""
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
    """A function of the demo that is called at random moments. `often` is its weight relative to other acts."""

    do: Doing
    often: int

"""Figure R9: no exchange makes a gain, over all pairs and triangles of currencies, for random amounts.

An amount that is exchanged in single minor units makes no gain either.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import permutations

from conversion import rates
from conversion.money import CURRENCIES, Currency, Money

from .figure import Attack, Result

UNITS = sorted(CURRENCIES.values(), key=lambda unit: unit.code)
LARGEST = 10**12
MOST_PIECES = 50
A_ROUND = 10_000


def never_a_gain(attack: Attack, seconds: float) -> Result:
    """R9, in this process, since rates and rounding are the same functions in every process."""
    search, give_up_at = Search(seed=attack.seed), time.monotonic() + seconds
    while not search.made or (time.monotonic() < give_up_at and len(search.gains) <= 20):
        search.run(A_ROUND)
    paths = [f"{len(list(permutations(UNITS, count)))} {name}" for count, name in ((2, "pairs"), (3, "triangles"))]
    return Result(reached=search.made, violations=search.gains, notes=[f"over {' and '.join(paths)} of currencies"])


@dataclass
class Search:
    """A random search for gains. `made` counts conversions; `gains` has one line for each gain."""

    seed: int
    made: int = 0
    gains: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._chance = random.Random(self.seed)  # noqa: S311 - the same seed makes the same amounts

    def run(self, conversions: int) -> None:
        """Runs whole rounds over all pairs and triangles, until at least that many more conversions are made."""
        enough = self.made + conversions
        while self.made < enough:
            for path in _paths():
                self._go_round(path, _amount(self._chance))
            for source, target in permutations(UNITS, 2):
                self._buy(_amount(self._chance), source, target)
                self._cut_up(self._chance.randint(2, MOST_PIECES), source, target)

    def _go_round(self, path: tuple[Currency, ...], minor: int) -> None:
        money = Money(minor, path[0])
        for unit in (*path[1:], path[0]):
            money = self._converted(money, unit)
        self._require(money.minor <= minor, f"{minor} minor units over {[unit.code for unit in path]}: {money}")

    def _buy(self, minor: int, source: Currency, target: Currency) -> None:
        """Checks that a purchase never costs less than selling it brings, in both directions.

        An amount costs at least what converting it back would bring. And what a payment buys costs at most the payment.
        """
        wanted = Money(minor, target)
        cost = self._cost(wanted, source)
        self._require(self._converted(wanted, source) <= cost, f"{wanted} for {cost}")
        paid = Money(minor, source)
        fetched = self._converted(paid, target)
        self._require(self._cost(fetched, source) <= paid, f"{fetched} for {paid}")

    def _cut_up(self, minor: int, source: Currency, target: Currency) -> None:
        """Checks that single minor units, sent or bought, are never better than the whole amount at once."""
        sent = sum(self._converted(Money(1, source), target).minor for _ in range(minor))
        whole = self._converted(Money(minor, source), target)
        self._require(sent <= whole.minor, f"{minor} {source.code} one by one: {sent}, at once: {whole}")
        paid = sum(self._cost(Money(1, target), source).minor for _ in range(minor))
        price = self._cost(Money(minor, target), source)
        self._require(paid >= price.minor, f"{minor} {target.code} bought one by one: {paid}, at once: {price}")

    def _converted(self, money: Money, to: Currency) -> Money:
        self.made += 1
        return rates.convert(money, to=to)

    def _cost(self, money: Money, in_: Currency) -> Money:
        self.made += 1
        return rates.cost_of(money, in_=in_)

    def _require(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.gains.append(otherwise)


def _paths() -> Iterator[tuple[Currency, ...]]:
    yield from permutations(UNITS, 2)
    yield from permutations(UNITS, 3)


def _amount(chance: random.Random) -> int:
    """A random amount in minor units, with every number of digits equally likely."""
    return chance.randint(1, 10 ** chance.randint(1, len(str(LARGEST)) - 1))

"""The types of an attack: its means, its result, and its row in the table."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from shop.models import Variant

from .history import History
from .installation import ScratchInstallation
from .members import Person


@dataclass
class Attack:
    """The means of an attack: an installation, its people, the history of this run, and random numbers.

    `loaders` make the background load, `racers` and `spenders` are for races, `abroad` has another currency,
    and `goods` are what the shop sells.
    """

    installation: ScratchInstallation
    history: History
    loaders: list[Person]
    racers: list[Person]
    spenders: list[Person]
    abroad: Person
    goods: Variant
    chance: random.Random
    seed: int


@dataclass
class Result:
    """The result of an attack. `reached` counts in the figure's unit, such as kills; `notes` are other observations."""

    reached: int = 0
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figure:
    """A row of the table.

    `goal` is the count in docs/FIGURES.md, which --full reaches. `share` is its part of the total time, relative to
    the other figures. The argument of `attack` beside the means is its time in seconds.
    """

    id: str
    what: str
    unit: str
    goal: int
    share: float
    attack: Callable[[Attack, float], Result]

"""What an attack has at hand, and what came of it."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

from .history import History
from .installation import ScratchInstallation
from .members import Person


@dataclass
class Attack:
    """`loaders` make the background load, `racers` and `spenders` are for races, `abroad` has another currency."""

    installation: ScratchInstallation
    history: History
    loaders: list[Person]
    racers: list[Person]
    spenders: list[Person]
    abroad: Person
    chance: random.Random
    seed: int


@dataclass
class Result:
    """`reached` counts what the figure counts: kills, bursts, races, cells. `notes` say what else was seen."""

    reached: int = 0
    violations: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Figure:
    """`goal` is the count of FIGURES, reached by --full; `share` is its part of the time."""

    id: str
    what: str
    unit: str
    goal: int
    share: float
    attack: Callable[[Attack, float], Result]

"""Figures: what each measures, its value after some repeats, and whether the value reaches its goal.

The goal is compared with the exact value, and shown numbers are rounded to the worse side.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from pathlib import Path
from statistics import median

from lab.scratch import NotMeasured

LEAST_REPEATS = 5  # fewer are no result on a noisy machine

Readings = dict[str, float]  # of one measurement, by quantity; "count" is the number of its operations
Side = Callable[[], Readings]
Pairs = Sequence[dict[str, Readings]]  # one for each repeat: the readings of each side


@dataclass(frozen=True, slots=True)
class Plan:
    """The options of this run.

    `seconds` are for each measurement, `entries` is the size of S10's larger ledger, and `place` is the directory for
    scratch files.
    """

    repeats: int
    seconds: float
    entries: int
    seed: int
    place: Path


@dataclass(frozen=True, slots=True)
class Goal:
    """The limit that a figure should reach. `sense` is ">=" or "<="; `later` is the next goal after `limit`."""

    sense: str
    limit: float
    later: float | None = None

    def is_reached(self, value: float, limit: float) -> bool:
        return value >= limit if self.sense == ">=" else value <= limit

    def __str__(self) -> str:
        sign = "≥" if self.sense == ">=" else "≤"
        return f"{sign} {self.limit:g}" + (f", then {self.later:g}" if self.later is not None else "")


@dataclass(frozen=True, slots=True)
class Figure:
    """The `quantity` of side `over`, divided by the same quantity of side `under` where there is one.

    `may_be_zero`: for counts of unwanted events; elsewhere, a zero means that the measurement failed.
    `never`: for events that may not happen even once, so the worst repeat decides and not the median.
    """

    id: str
    what: str
    quantity: str
    over: str
    under: str | None = None
    goal: Goal | None = None
    unit: str = ""
    may_be_zero: bool = False
    never: bool = False

    @property
    def less_is_better(self) -> bool:
        return self.goal is not None and self.goal.sense == "<="


@dataclass(frozen=True)
class Experiment:
    """`open` sets up and yields the sides by name, in the order of their turns. It ends what it started on exit."""

    id: str
    open: Callable[[Plan], AbstractContextManager[dict[str, Side]]]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Value:
    """A figure's value after some repeats: its median, its range over the pairs, and the number of operations.

    The median of a ratio is the ratio of the sides' medians. `over` and `under` are those medians.
    """

    median: float
    lowest: float
    highest: float
    repeats: int
    count: int
    over: float
    under: float | None


@dataclass
class Outcome:
    """The result of one experiment: its finished pairs and, where it failed, the reason."""

    experiment: Experiment
    pairs: list[dict[str, Readings]] = field(default_factory=list)
    failure: str = ""
    traceback: str = ""  # of an unexpected exception


def value_of(figure: Figure, pairs: Pairs) -> Value:
    """The figure's value. Raises NotMeasured where a side is missing, counted nothing, or read an impossible number."""
    if not pairs:
        raise NotMeasured("no repeat was finished")
    over = [_reading(figure, pair, figure.over) for pair in pairs]
    count = int(sum(pair[figure.over]["count"] for pair in pairs))
    if figure.under is None:
        return Value(median(over), min(over), max(over), len(pairs), count, median(over), None)
    under = [_reading(figure, pair, figure.under) for pair in pairs]
    ratios = [a / b for a, b in zip(over, under, strict=True)]
    middle = median(over) / median(under)
    return Value(middle, min(ratios), max(ratios), len(pairs), count, median(over), median(under))


def _reading(figure: Figure, pair: dict[str, Readings], side: str) -> float:
    readings = pair.get(side, {})
    if figure.quantity not in readings:
        raise NotMeasured(f"{side} gave no {figure.quantity}")
    if readings.get("count", 0) <= 0:
        raise NotMeasured(f"{side} did nothing")
    value = readings[figure.quantity]
    if not math.isfinite(value) or value < 0 or (value == 0 and not figure.may_be_zero):
        raise NotMeasured(f"{side} read {value:g} {figure.quantity}")
    return value


def result_of(figure: Figure, value: Value) -> str:
    """ "reached", or how much is missing to the goal, decided before any rounding."""
    if value.repeats < LEAST_REPEATS:
        return f"too few repeats: {value.repeats} of at least {LEAST_REPEATS}"
    goal = figure.goal
    if goal is None:
        return "no goal of its own"
    decisive = value.highest if figure.never else value.median
    if not goal.is_reached(decisive, goal.limit):
        return f"short by {shown(abs(decisive - goal.limit), up=True)}"
    if goal.later is None or goal.is_reached(decisive, goal.later):
        return "reached"
    return f"reached; short of {goal.later:g} by {shown(abs(decisive - goal.later), up=True)}"


def shown(number: float, *, up: bool) -> str:
    """The number with at least three digits, rounded to the worse side: `up` is for figures where less is better."""
    if number == 0:
        return "0"
    exact = Decimal(repr(number))
    places = max(0, 2 - exact.adjusted())
    rounded = exact.quantize(Decimal(1).scaleb(-places), ROUND_CEILING if up else ROUND_FLOOR)
    return f"{rounded:,f}"

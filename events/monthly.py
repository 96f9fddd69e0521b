"""Letters that are written once a month. Each app brings its own in a `monthly.py`, and `outbox` writes them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from .kinds import Topic
from .letters import Contents


@dataclass(frozen=True, slots=True)
class MonthlyLetter:
    """A letter about the month before, for everybody whom it concerns and who wants it.

    It is due in the morning of the day of the month that `day` returns, from 1 to 28. `contents` gets the id of a
    person and the first day of the month that the letter is about, and returns None if there is nothing to say. Why the
    person gets it and how it is stopped is added where it is written.
    """

    topic: Topic
    day: Callable[[], int]
    contents: Callable[[int, dt.date], Contents | None]


monthly_letters: dict[
    str, MonthlyLetter
] = {}  # by the code of the topic; filled by `wallet_site` from each `monthly.py`

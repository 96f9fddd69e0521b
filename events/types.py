"""Events: what programs hear of. An *event* says that something happened, to those of its people who listen.

The database writes an event itself, by a trigger, in the transaction that makes it true (`events/sql/events.sql`). So
no service can forget one, and none is written for what was rolled back. Each feature's `happenings.py` says what
programs read about its events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from django.utils.functional import Promise
from pydantic import BaseModel

from .models import Event


@dataclass(frozen=True, slots=True)
class EventType:
    """A type of event as programs know it, for example `transfer.sent`. Its data are one `schema`."""

    code: str
    label: str | Promise
    schema: type[BaseModel]

    @property
    def schema_name(self) -> str:
        return self.schema.__name__


@dataclass(frozen=True, slots=True)
class Telling:
    """What one listener (the id of a user) is told of an event."""

    event: Event
    user: int
    type: EventType
    data: BaseModel


@dataclass(frozen=True, slots=True)
class Happening:
    """A kind of event as the database writes it: `transfer.booked` is told as `transfer.sent` to one of its people.

    `tell` gets any number of events of this kind, and yields a telling for each event and each user in it. It reads the
    objects of all events in a few queries.
    """

    kind: str
    types: tuple[EventType, ...]
    tell: Callable[[Sequence[Event]], Iterator[Telling]]


known_happenings: dict[str, Happening] = {}  # by kind; `wallet_site` fills it from each feature's `happenings.py`


def known_types() -> dict[str, EventType]:
    """All types of events by their codes, in the order of the rooms."""
    return {kind.code: kind for happening in known_happenings.values() for kind in happening.types}

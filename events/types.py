"""Events: what programs hear of. An *event* says that something happened, to those of its people who listen.

The database writes an event itself, by a trigger, in the transaction that makes it true (`events/sql/events.sql`). So
no service can forget one, and none is written for what was rolled back. Each feature's `happenings.py` says what
programs read about its events.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar
from uuid import UUID

from django.utils.functional import Promise
from pydantic import BaseModel

from api.labels import labels_by_owner
from api.models import Label

from .models import Event


@dataclass(
    frozen=True, slots=True, eq=False
)  # each type is one object; comparing or hashing its label would translate it
class EventType:
    """A type of event as programs know it, for example `transfer.sent`. Its data are one `schema`.

    `example` has the fields of the documented example whose own examples do not fit this type.
    """

    code: str
    label: str | Promise
    schema: type[BaseModel]
    example: Mapping[str, Any] = field(default_factory=dict)

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


T = TypeVar("T")


def told_alike(
    types: Sequence[EventType], find: Callable[[list[UUID]], Mapping[UUID, T]], shown: Callable[[T], BaseModel]
) -> list[Happening]:
    """Happenings whose kinds are the codes of their types, and which all people in an event are told alike.

    `find` returns the objects by their references, and `shown` what programs read of one: as it is now, also where it
    has changed since the event.
    """

    def tell(kind: EventType, events: Sequence[Event]) -> Iterator[Telling]:
        found = find([event.subject for event in events])
        for event in events:
            data = shown(found[event.subject])
            for user in event.users:
                yield Telling(event, user, kind, data)

    return [Happening(kind.code, (kind,), partial(tell, kind)) for kind in types]


def told_with_labels(
    types: Sequence[EventType],
    find: Callable[[list[UUID]], Mapping[UUID, T]],
    shown: Callable[[T, Label | None], BaseModel],
) -> list[Happening]:
    """As `told_alike`, but whoever has put a label on the object is also told the label."""

    def tell(kind: EventType, events: Sequence[Event]) -> Iterator[Telling]:
        subjects = [event.subject for event in events]
        found = find(subjects)
        labels = labels_by_owner([(user, event.subject) for event in events for user in event.users])
        for event in events:
            for user in event.users:
                data = shown(found[event.subject], labels.get((user, event.subject)))
                yield Telling(event, user, kind, data)

    return [Happening(kind.code, (kind,), partial(tell, kind)) for kind in types]


known_happenings: dict[str, Happening] = {}  # by kind; `wallet_site` fills it from each feature's `happenings.py`


def known_types() -> dict[str, EventType]:
    """All types of events by their codes, in the order of the rooms."""
    return {kind.code: kind for happening in known_happenings.values() for kind in happening.types}

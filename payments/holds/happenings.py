"""What programs hear of holds. Payer and payee of a hold hear of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.types import EventType, Happening, Telling

from . import queries
from .schemas import Hold

TYPES = [
    EventType("hold.placed", _("An amount was put on hold"), Hold),
    EventType("hold.captured", _("A hold was captured, all of it or a part"), Hold),
    EventType("hold.released", _("A hold was released"), Hold),
    EventType("hold.expired", _("The time of a hold was over"), Hold),
]
_OF_KIND = {kind.code: kind for kind in TYPES}


def _tell(events: Sequence[Event]) -> Iterator[Telling]:
    """Yields the holds as they are now: a hold that was placed and has ended since is told with its end."""
    found = queries.holds().in_bulk([event.subject for event in events], field_name="reference")
    for event in events:
        data = Hold.of(found[event.subject])
        for user in event.users:
            yield Telling(event, user, _OF_KIND[event.kind], data)


HAPPENINGS = [Happening(kind.code, (kind,), _tell) for kind in TYPES]

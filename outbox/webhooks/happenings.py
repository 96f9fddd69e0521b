from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.types import EventType, Happening, Telling

from .schemas import Ping

PING = EventType("ping", _("A test of one of your webhooks"), Ping)


def _tell(events: Sequence[Event]) -> Iterator[Telling]:
    for event in events:
        for user in event.users:
            yield Telling(event, user, PING, Ping(webhook=event.subject))


HAPPENINGS = [Happening("ping", (PING,), _tell)]

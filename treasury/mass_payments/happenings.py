"""What the treasurer's programs hear of their mass payments. The payees hear of their own transfers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.types import EventType, Happening, Telling

from . import models
from .schemas import MassPayment

FINISHED = EventType("mass_payment.finished", _("Every row of a mass payment is decided"), MassPayment)


def _tell(events: Sequence[Event]) -> Iterator[Telling]:
    found = models.MassPayment.objects.select_related("source").in_bulk(
        [event.subject for event in events], field_name="reference"
    )
    for event in events:
        data = MassPayment.of(found[event.subject])
        for user in event.users:
            yield Telling(event, user, FINISHED, data)


HAPPENINGS = [Happening(FINISHED.code, (FINISHED,), _tell)]

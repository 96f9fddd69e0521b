"""What programs hear of payment requests. Both people of a request hear of it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext_lazy as _

from events.models import Event
from events.types import EventType, Happening, Telling

from .models import PaymentRequest
from .schemas import Request

TYPES = [
    EventType("request.created", _("Somebody asked for money"), Request),
    EventType("request.paid", _("A request was paid"), Request),
    EventType("request.declined", _("A request was declined"), Request),
    EventType("request.cancelled", _("A request was cancelled"), Request),
    EventType("request.expired", _("The time of a request was over"), Request),
]
_OF_KIND = {kind.code: kind for kind in TYPES}


def _tell(events: Sequence[Event]) -> Iterator[Telling]:
    """Yields the requests as they are now. A request that was created and paid since is told as paid, twice."""
    found = PaymentRequest.objects.select_related("requester", "payer", "wallet", "transfer").in_bulk(
        [event.subject for event in events], field_name="reference"
    )
    for event in events:
        data = Request.of(found[event.subject])
        for user in event.users:
            yield Telling(event, user, _OF_KIND[event.kind], data)


HAPPENINGS = [Happening(kind.code, (kind,), _tell) for kind in TYPES]

"""The JSON operation that lists events, for programs that cannot be reached by a webhook, or were away."""

from __future__ import annotations

from typing import Annotated

from ninja import Query, Router

from accounts.people.requests import SignedInRequest
from api.codes import raises
from api.paging import Limit
from events.types import known_types
from outbox.scopes import EVENTS

from . import queries
from .documents import Event, add_webhooks
from .errors import EventTypeUnknown
from .schemas import Events

router = Router(tags=["Events"], by_alias=True)
ROUTERS = [("events", router)]
ADDITIONS = [add_webhooks]


@router.get("", auth=EVENTS, response=Events, operation_id="list_events", summary="List events")
@raises(EventTypeUnknown)
def list_events(
    request: SignedInRequest,
    after: Annotated[int, Query(ge=0, le=2**63 - 1, description="The `seq` of the last event that you have.")] = 0,
    type: Annotated[str | None, Query(max_length=40, description="Only events of this type.")] = None,
    limit: Limit = 20,
) -> Events:
    """Returns the events of your wallet after `after`, the oldest first. Events are kept for 90 days.

    They are written from the moment on at which you first have a token with the scope `events:read`, or a webhook.
    """
    found = queries.messages_of(request.user).filter(seq__gt=after)
    if type is not None:
        if type not in known_types():
            raise EventTypeUnknown
        found = found.filter(type=type)
    rows = list(found[: limit + 1])  # one more than asked for, to know whether there is a next page
    return Events(
        events=[Event.of(message) for message in rows[:limit]],
        next=rows[limit - 1].seq if len(rows) > limit else None,
    )

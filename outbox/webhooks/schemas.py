"""What webhooks and their deliveries look like in JSON."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from api.bodies import Asked
from api.fields import ONE_LINE, Moment, NextCursor, one_of
from events.types import known_types
from outbox.events.documents import event_id

from . import models


def _known_type(code: str) -> str:
    if code not in known_types():
        raise PydanticCustomError("type", "No event has this type.")
    return code


EventTypes = Annotated[
    list[Annotated[str, AfterValidator(_known_type), Field(max_length=40)]],
    Field(
        max_length=50, description="The types of events to be sent; none means all.", examples=[["transfer.received"]]
    ),
]
Url = Annotated[
    str,
    Field(
        min_length=1,
        max_length=500,
        examples=["https://shop.example.org/wallet"],
        json_schema_extra={"pattern": ONE_LINE},
    ),
]
Description = Annotated[
    str, Field(max_length=100, examples=["Till of the bar"], json_schema_extra={"pattern": ONE_LINE})
]


class Ping(BaseModel):
    """A test of a webhook."""

    webhook: UUID


WhySwitchedOff = TypeAliasType("WhySwitchedOff", Annotated[str, one_of(models.Endpoint.Why)])


class Webhook(BaseModel):
    """An address to which your events are sent. `switched_off` says why nothing is sent; null while it is on.

    `failing_since` is null unless the last attempt failed.
    """

    id: UUID
    url: Url
    types: Annotated[list[str], Field(examples=[["transfer.received"]])]
    description: Description
    switched_off: WhySwitchedOff | None
    failing_since: Moment | None
    created_at: Moment

    @classmethod
    def of(cls, endpoint: models.Endpoint) -> Webhook:
        return cls(
            id=endpoint.reference,
            url=endpoint.url,
            types=endpoint.types,
            description=endpoint.description,
            switched_off=endpoint.switched_off or None,
            failing_since=endpoint.failing_since,
            created_at=endpoint.created_at,
        )


class WebhookWithSecret(Webhook):
    """`secret` signs what is sent. It is shown in the first answer only: if a repeated key answers null, roll it."""

    secret: Annotated[str, Field(examples=["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"])] | None


class Webhooks(BaseModel):
    webhooks: list[Webhook]


DeliveryState = TypeAliasType(
    "DeliveryState", Annotated[str, Field(json_schema_extra={"enum": ["waiting", "sent", "dead"], "x-grows": True})]
)


class Delivery(BaseModel):
    """One event on its way to the webhook. `status` and `reply` are those of the last attempt; null before it."""

    id: UUID
    event: Annotated[str, Field(examples=["evt_5e2c7e8a-1b0f-4c55-8a53-0d0c9f6b7a10"])]
    type: Annotated[str, Field(examples=["transfer.received"])]
    state: DeliveryState
    attempts: int
    next_attempt_at: Moment | None
    status: int | None
    error: Annotated[str, Field(examples=[""])]
    milliseconds: int | None
    reply: Annotated[str, Field(examples=["OK"])]

    @classmethod
    def of(cls, delivery: models.Delivery) -> Delivery:
        return cls(
            id=delivery.reference,
            event=event_id(delivery.message.reference),
            type=delivery.message.type,
            state=delivery.state,
            attempts=delivery.attempts,
            next_attempt_at=delivery.due_at if delivery.state == "waiting" else None,
            status=delivery.last_status,
            error=delivery.last_error,
            milliseconds=delivery.last_ms,
            reply=delivery.last_reply,
        )


class Deliveries(BaseModel):
    """One page of deliveries, the newest first. `next` is the `cursor` of the next page; null on the last page."""

    deliveries: list[Delivery]
    next: NextCursor | None


class NewWebhook(Asked):
    """A new webhook. Its events are sent from now on."""

    url: Url
    types: EventTypes = []
    description: Description = ""


class RolledSecret(Asked):
    """With `at_once` the old secret ends now. Otherwise both sign for 24 hours."""

    at_once: Annotated[bool, Field(examples=[False])] = False

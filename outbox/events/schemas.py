"""What programs read of an event: the same document in a webhook and in the list."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import BaseModel, Field

from api.fields import Moment
from events.types import known_types

from . import models


def _with_every_type(schema: dict[str, Any]) -> None:
    """Adds all types to the schema. Called when the document is made: by then every app has registered its own."""
    schema.update({"enum": sorted(known_types()), "x-grows": True})


class Event(BaseModel):
    """Something that happened. `id` is the same however often it is sent. `seq` numbers your events without a gap.

    `data` is the object as its own operation returns it, at the time when the event was told.
    """

    id: Annotated[str, Field(examples=["evt_5e2c7e8a-1b0f-4c55-8a53-0d0c9f6b7a10"])]
    type: Annotated[str, Field(json_schema_extra=_with_every_type)]
    timestamp: Moment
    seq: Annotated[int, Field(examples=[42])]
    api_version: Annotated[str, Field(examples=["1"])]
    data: dict[str, Any]

    @classmethod
    def of(cls, message: models.Message) -> Event:
        return cls(**json.loads(message.body))


class Events(BaseModel):
    """One page of events, the oldest first. `next` is the `after` of the next page; null on the last page."""

    events: list[Event]
    next: int | None

"""The documents that programs read of events: one model for each type.

Bodies are made of it, and so are the JSON Schemas and the `webhooks` of the OpenAPI document. So these cannot differ.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Annotated, Any, Literal
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override
from pydantic import BaseModel, Field, create_model

from api.examples import example_of
from api.fields import Moment
from conversion.errors import NotFound
from events.types import EventType, Telling, known_types

from . import models

Schema = dict[str, Any]
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def _with_every_type(schema: Schema) -> None:
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


@cache
def document_of(kind: EventType) -> type[Any]:
    """The model of this type's documents: an Event with this type, and with its data."""
    fields: Any = {"type": (Literal[kind.code], ...), "data": (kind.schema, ...)}
    return create_model(kind.code, __base__=Event, **fields)


def body_of(telling: Telling, seq: int) -> str:
    """The document as it is sent. Raises ValidationError where its data are not what its type promises."""
    document: Event = document_of(telling.type)(
        id=event_id(telling.event.reference),
        type=telling.type.code,
        timestamp=telling.event.happened_at,
        seq=seq,
        api_version="1",
        data=telling.data,
    )
    return document.model_dump_json()


def event_id(reference: UUID) -> str:
    """The id of an event as programs read it."""
    return f"evt_{reference}"


def schema_of(code: str) -> Schema:
    """The JSON Schema of the documents of this type, with an example. Raises NotFound."""
    if (kind := known_types().get(code)) is None:
        raise NotFound
    schema = _described(kind, "#/$defs/{model}")
    return {
        "$schema": DIALECT,
        "$id": settings.SITE_ADDRESS + reverse("event_schema", args=[code]),
        **schema,
        "examples": [_example(kind, schema, schema["$defs"])],
    }


def add_webhooks(document: Schema) -> None:
    """Adds to the OpenAPI document what webhooks receive, by type."""
    schemas = document["components"]["schemas"]
    document["webhooks"] = {}
    for code, kind in known_types().items():
        schema = _described(kind, "#/components/schemas/{model}")
        for name, part in schema.pop("$defs").items():
            schemas.setdefault(name, part)
        document["webhooks"][code] = {"post": _post(code, schema, _example(kind, schema, schemas))}


def _described(kind: EventType, reference: str) -> Schema:
    schema: Schema = document_of(kind).model_json_schema(mode="serialization", ref_template=reference)
    with override("en"):
        return schema | {"description": str(kind.label)}


def _example(kind: EventType, schema: Schema, schemas: Schema) -> Schema:
    example: Schema = example_of(schema, schemas)
    return example | {"data": example["data"] | kind.example}


def _post(code: str, schema: Schema, example: Any) -> Schema:
    return {
        "operationId": f"on_{code.replace('.', '_')}",
        "summary": schema["description"],
        "tags": ["Events"],
        "security": [],
        "parameters": [
            {"in": "header", "name": f"webhook-{name}", "required": True, "schema": {"type": "string"}}
            for name in ("id", "timestamp", "signature")
        ],
        "requestBody": {"required": True, "content": {"application/json": {"schema": schema, "example": example}}},
        "responses": {"2XX": {"description": "The event has arrived. After any other answer it is sent again."}},
    }

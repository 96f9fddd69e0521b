from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StrictInt

from api.bodies import Asked
from payments.json_fields import Note

from .models import StockMove as Move

Many = Annotated[StrictInt, Field(ge=1, le=1_000_000, examples=[24])]
Why = Annotated[
    Literal["delivery", "waste"],
    Field(description="`delivery` adds to the stock, `waste` takes from it.", examples=["delivery"]),
]
SIGN = {Move.Reason.DELIVERY.value: 1, Move.Reason.WASTE.value: -1}


class StockLevel(BaseModel):
    """How many of a variant of yours are there. Both are null where nobody counts it.

    A `strict` stock is not sold below zero. One on `trust` may be, since who has the bottle in the hand is not refused.
    """

    id: UUID
    title: Annotated[str, Field(examples=["Club Mate"])]
    counting: Annotated[str, Field(json_schema_extra={"enum": ["strict", "trust"]})] | None
    left: Annotated[int, Field(examples=[12])] | None


class NewStockMove(Asked):
    """What was delivered or thrown away."""

    reason: Why
    quantity: Many
    note: Note = ""


class StockChange(BaseModel):
    """What was booked."""

    variant: UUID
    reason: Why
    quantity: Many
    note: Note

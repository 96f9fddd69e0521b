from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StrictBool, StrictInt, field_validator
from pydantic_core import PydanticCustomError

from api.bodies import Asked
from api.fields import Sum
from payments.json_fields import Note
from shop.orders.pricing import MOST

Number = Annotated[StrictInt, Field(ge=1, le=1_000_000, description="The line's `number`.", examples=[1])]


class RefundedLine(Asked):
    """How many of an order's line are given back."""

    number: Number
    quantity: Annotated[StrictInt, Field(ge=1, le=MOST, examples=[1])]


class NewSaleRefund(Asked):
    """What is given back of an order. With `restock`, the goods are in stock again."""

    lines: Annotated[list[RefundedLine], Field(min_length=1, max_length=100, examples=[[{"number": 1, "quantity": 1}]])]
    restock: Annotated[StrictBool, Field(examples=[True])] = False
    reason: Note = ""

    @field_validator("lines")
    @classmethod
    def _each_once(cls, lines: list[RefundedLine]) -> list[RefundedLine]:
        if len({line.number for line in lines}) < len(lines):
            raise PydanticCustomError("lines", "A line is there twice. Name it once with the quantity.")
        return lines


class SaleRefund(BaseModel):
    """A refund of lines. `amount` left your wallet by `transfer`."""

    order: UUID
    transfer: UUID
    amount: Sum
    lines: list[RefundedLine]

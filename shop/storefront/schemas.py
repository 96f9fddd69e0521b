"""The catalogue and purchases in JSON."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, StrictInt, field_validator
from pydantic_core import PydanticCustomError

from api.bodies import Asked
from api.fields import AskedAmount, Currency, Moment, NextCursor, Sum
from payments.json_fields import Party
from shop.orders.pricing import MOST
from shop.orders.schemas import Place, ShopOrder, Title

from .queries import Tile

MOST_LINES = 50
EXAMPLE = [{"variant": "5e2c7e8a-1b0f-4c55-8a53-0d0c9f6b7a10", "quantity": 2}]


class CatalogueItem(BaseModel):
    """A variant that members can buy. `price` and `deposit` are the seller's; `cost` is what you pay for one.

    `regular_price` is the price without the happy hour, which ends at `happy_until`. `left` is null where more than a
    few are there, or nobody counts. A program cannot buy what is `by_staff_only`, because of its `minimum_age`.
    """

    variant: UUID
    product: UUID
    title: Title
    section: Annotated[str, Field(examples=["Drinks"])]
    seller: Party
    price: Sum
    regular_price: Sum
    deposit: Sum | None
    cost: Sum
    happy_until: Moment | None
    left: Annotated[int, Field(examples=[3])] | None
    minimum_age: Annotated[int, Field(examples=[18])] | None
    by_staff_only: bool

    @classmethod
    def of(cls, tile: Tile) -> CatalogueItem:
        assert tile.variant is not None
        return cls(
            variant=tile.variant.reference,
            product=tile.product.reference,
            title=tile.title,
            section=tile.section,
            seller=Party.of(tile.product.seller),
            price=Sum.of(tile.price),
            regular_price=Sum.of(tile.regular),
            deposit=Sum.of(tile.deposit) if tile.deposit else None,
            cost=Sum.of(tile.shown),
            happy_until=tile.happy_until,
            left=tile.left,
            minimum_age=tile.minimum_age,
            by_staff_only=tile.by_staff_only,
        )


class Catalogue(BaseModel):
    """One page of what members can buy. `next` is the `cursor` of the next page; null on the last page.

    `sale_point` is null while nothing is sold to members.
    """

    sale_point: Place | None
    items: list[CatalogueItem]
    next: NextCursor | None


class WantedLine(Asked):
    """How many of a variant you want."""

    variant: UUID
    quantity: Annotated[StrictInt, Field(ge=1, le=MOST, examples=[1])] = 1


class NewPurchase(Asked):
    """What you want to buy. `price_shown` is the total that you expect, with deposits, in your wallet's currency."""

    lines: Annotated[list[WantedLine], Field(min_length=1, max_length=MOST_LINES, examples=[EXAMPLE])]
    price_shown: AskedAmount
    currency: Currency

    @field_validator("lines")
    @classmethod
    def _each_once(cls, lines: list[WantedLine]) -> list[WantedLine]:
        if len({line.variant for line in lines}) < len(lines):
            raise PydanticCustomError("lines", "A variant is there twice. Give it one line with the quantity.")
        return lines


class Purchase(BaseModel):
    """What was bought: an order for each seller, and what they cost together."""

    orders: list[ShopOrder]
    paid: Sum

"""What orders look like in JSON. Prices and totals are in the seller's currency, `paid` is in the buyer's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType

from api.fields import Moment, NextCursor, Sum, one_of
from conversion.money import Money
from payments.json_fields import Party
from shop.sale_points.models import SalePoint

from . import models
from .numbers import code_of
from .service import Booked

OrderState = TypeAliasType("OrderState", Annotated[str, one_of(models.Order.Status)])
Code = Annotated[str, Field(description="What the buyer says at the counter.", examples=["7KQ2MX"])]
Place = Annotated[str, Field(description="The name of the sale point.", examples=["Online"])]
Title = Annotated[str, Field(examples=["Club Mate"])]
Quantity = Annotated[int, Field(examples=[2])]


class OrderLine(BaseModel):
    """One variant in an order, as it was sold. `number` names the line in a refund."""

    number: Annotated[int, Field(examples=[1])]
    variant: UUID
    title: Title
    quantity: Quantity
    price: Sum
    total: Sum
    refunded_quantity: Annotated[int, Field(examples=[0])]


class ShopOrder(BaseModel):
    """What was bought of one seller at once. `transfer` paid it; `refunded` is what the seller gave back of `total`."""

    id: UUID
    code: Code
    status: OrderState
    seller: Party
    sale_point: Place
    lines: list[OrderLine]
    total: Sum
    refunded: Sum
    paid: Sum
    transfer: UUID
    made_at: Moment

    @classmethod
    def of(cls, found: models.Order, *, status: str | None = None) -> ShopOrder:
        """`found` is one of `queries.with_details`. `status` is what it has become since it was read."""
        return cls(**_of(found, status))

    @classmethod
    def booked(cls, booked: Booked, *, status: str, sale_point: SalePoint) -> ShopOrder:
        """An order that was stored a moment ago in this transaction, without reading it."""
        part = booked.part
        unit = part.total.currency
        lines = [
            OrderLine(
                number=number,
                variant=price.reference,
                title=price.title,
                quantity=quantity,
                price=Sum.of(Money(price.unit_minor, unit)),
                total=Sum.of(Money(price.unit_minor * quantity, unit)),
                refunded_quantity=0,
            )
            for number, (price, quantity) in enumerate(part.lines, start=1)
        ]
        return cls(
            id=booked.reference,
            code=code_of(booked.order),
            status=status,
            seller=Party.of(part.seller),
            sale_point=sale_point.name,
            lines=lines,
            total=Sum.of(part.total),
            refunded=Sum.of(Money(0, unit)),
            paid=Sum.of(part.paid),
            transfer=booked.posting.reference,
            made_at=booked.made_at,
        )


class ShopOrders(BaseModel):
    """One page of orders, the newest first. `next` is the `cursor` of the next page; null on the last page."""

    orders: list[ShopOrder]
    next: NextCursor | None


class Sale(ShopOrder):
    """An order as its seller sees it."""

    buyer: Party

    @classmethod
    def of(cls, found: models.Order, *, status: str | None = None) -> Sale:
        return cls(**_of(found, status), buyer=Party.of(found.buyer_wallet))


class Sales(BaseModel):
    """One page of orders, the newest first. `next` is the `cursor` of the next page; null on the last page."""

    orders: list[Sale]
    next: NextCursor | None


def _of(found: models.Order, status: str | None) -> dict[str, Any]:
    return {
        "id": found.reference,
        "code": found.code,
        "status": status or found.status,
        "seller": Party.of(found.seller_wallet),
        "sale_point": found.sale_point.name,
        "lines": [*_lines(found.lines.all())],
        "total": Sum.of(found.total),
        "refunded": Sum.of(found.refunded),
        "paid": Sum.of(found.money.paid),
        "transfer": found.money.transfer.reference,
        "made_at": found.made_at,
    }


def _lines(found: Iterable[models.Line]) -> Iterable[OrderLine]:
    for line in found:
        yield OrderLine(
            number=line.number,
            variant=line.variant.reference,
            title=line.title,
            quantity=line.quantity,
            price=Sum.of(line.unit),
            total=Sum.of(line.total),
            refunded_quantity=line.refunded_quantity,
        )

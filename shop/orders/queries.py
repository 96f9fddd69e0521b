from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from accounts.models import User
from conversion.errors import NotFound
from ledger.kinds import PERSONAL

from .models import Line, Order


def orders() -> QuerySet[Order]:
    """Orders with what their pages show, the newest first."""
    related = ("seller_wallet__owner", "buyer_wallet", "sale_point", "money__transfer")
    return Order.objects.select_related(*related).prefetch_related("lines").order_by("-id")


def with_details(found: QuerySet[Order]) -> QuerySet[Order]:
    """The orders with all that a program is told of them, however many there are."""
    related = ("seller_wallet__owner", "buyer_wallet__owner", "sale_point", "money__transfer")
    lines = Line.objects.select_related("variant").order_by("number")
    return found.select_related(*related).prefetch_related(None).prefetch_related(Prefetch("lines", lines))


def orders_of(buyer: User) -> QuerySet[Order]:
    """What this person bought for themselves. What a cashier sold for cash is not theirs, though they paid it in."""
    return orders().filter(buyer=buyer, buyer_wallet__purpose__in=PERSONAL)


def order_of(buyer: User, reference: UUID) -> Order:
    """The order with its details. Raises NotFound, also for another person's."""
    if (found := with_details(orders_of(buyer)).filter(reference=reference).first()) is None:
        raise NotFound
    return found


def order_paid_by(buyer: User, transfer: UUID) -> Order:
    """The order that this transfer paid. Raises NotFound, also for another person's."""
    if (found := orders_of(buyer).filter(money__transfer__reference=transfer).first()) is None:
        raise NotFound
    return found

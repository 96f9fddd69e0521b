"""What a seller does with an order after it was paid: it is made ready, and it is collected. No money moves."""

from __future__ import annotations

from django.db import transaction

from accounts.models import User
from events.notices import tell
from shop.orders.models import Order, OrderStep

from .errors import OrderWentOn
from .kinds import ORDER_READY

Status = Order.Status
BEFORE = {Status.READY: (Status.PAID,), Status.COLLECTED: (Status.PAID, Status.READY)}


def make_ready(order: Order, *, by: User) -> None:
    """The buyer is told that it can be collected. A second call changes nothing. Raises OrderWentOn."""
    if _advance(order, Status.READY, by):
        return
    _require(order, Status.READY)


def collect(order: Order, *, by: User) -> None:
    """The buyer has it. A second call changes nothing. Raises OrderWentOn."""
    if _advance(order, Status.COLLECTED, by):
        return
    _require(order, Status.COLLECTED)


def _advance(order: Order, status: Order.Status, by: User) -> bool:
    """At READ COMMITTED: of two who press the button, the second finds the new status."""
    with transaction.atomic():
        if not Order.objects.filter(pk=order.pk, status__in=BEFORE[status]).update(status=status):
            return False
        OrderStep.objects.create(order=order, status=status, made_by=by)
        if status == Status.READY and order.buyer_id != by.pk:
            tell(order.buyer_id, ORDER_READY, actor=by.pk, subject=order.reference)
    return True


def _require(order: Order, status: Order.Status) -> None:
    if Order.objects.values_list("status", flat=True).get(pk=order.pk) != status:
        raise OrderWentOn

"""Refunds: what a seller gave back of an order, line by line."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from conversion.money import Money
from ledger.models import Transfer
from shop.orders.models import Line, Order


class Refund(models.Model):
    """Some of an order's lines were given back: the money, and where `restocked` the goods. For ever.

    Its money is one transfer, the ledger's refund of the order's. `amount_minor` is in the seller's currency.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    order = models.ForeignKey(Order, models.PROTECT, db_constraint=False, related_name="refunds", db_index=False)
    transfer = models.OneToOneField(Transfer, models.PROTECT, db_constraint=False, related_name="order_refund")
    amount_minor = models.BigIntegerField()
    reason = models.TextField(blank=True)
    restocked = models.BooleanField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="refund_of_some_money", condition=Q(amount_minor__gt=0))]
        indexes = [
            models.Index(name="refunds_of_order", fields=["order", "id"]),
            BrinIndex(name="refunds_by_time", fields=["made_at"], autosummarize=True),
        ]

    def __str__(self) -> str:
        return f"{self.amount_minor} of order {self.order_id}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.order.seller_wallet.currency)


class RefundLine(models.Model):
    """How many of a line a refund gave back."""

    refund = models.ForeignKey(Refund, models.PROTECT, db_constraint=False, related_name="lines", db_index=False)
    line = models.ForeignKey(Line, models.PROTECT, db_constraint=False, related_name="refunds", db_index=False)
    quantity = models.IntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="line_once_in_a_refund", fields=["refund", "line"]),
            models.CheckConstraint(name="refund_line_of_some", condition=Q(quantity__gt=0)),
        ]
        indexes = [models.Index(name="refunds_of_line", fields=["line"])]

    def __str__(self) -> str:
        return f"{self.quantity} of line {self.line_id}"

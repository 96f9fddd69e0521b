"""What a cashier sold at a till, and which deposits were given back there."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from conversion.money import Money
from ledger.models import Transfer, Wallet
from shop.orders.models import Order
from shop.products.models import Revision, Variant
from shop.sale_points.models import SalePoint


class TillSale(models.Model):
    """An order that a cashier made at a till, for cash or for a member; with an index for the day's sums."""

    order = models.OneToOneField(Order, models.PROTECT, db_constraint=False, primary_key=True, related_name="till_sale")
    sale_point = models.ForeignKey(SalePoint, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    cashier = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    is_cash = models.BooleanField()
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(name="till_sales_of_cashier", fields=["cashier", "sale_point", "-made_at"])]

    def __str__(self) -> str:
        return f"sale {self.order_id}"

    @property
    def can_be_undone(self) -> bool:
        """Whether nobody has undone or refunded it. There is also a time for it, by the rules."""
        return self.order.status == Order.Status.COLLECTED and not self.order.refunded_minor


class DepositReturn(models.Model):
    """Deposits that the seller paid back: to a member's wallet, or in cash out of a cashier's drawer.

    `unit_minor` is what one was worth then, in the seller's currency. `by` is the cashier, who has the bottles before
    them. `undone` is the transfer that took it back.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    key = models.UUIDField()
    sale_point = models.ForeignKey(SalePoint, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    seller_wallet = models.ForeignKey(Wallet, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    target_wallet = models.ForeignKey(Wallet, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    revision = models.ForeignKey(Revision, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    quantity = models.IntegerField()
    unit_minor = models.BigIntegerField()
    transfer = models.OneToOneField(Transfer, models.PROTECT, db_constraint=False, related_name="deposit_return")
    undone = models.OneToOneField(Transfer, models.PROTECT, null=True, db_constraint=False, related_name="+")
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(name="deposit_return_key_once_per_person", fields=["by", "key"]),
            models.CheckConstraint(name="deposit_return_of_some", condition=Q(quantity__range=(1, 99))),
            models.CheckConstraint(name="deposit_return_worth_something", condition=Q(unit_minor__gt=0)),
            models.CheckConstraint(name="deposit_return_to_another", condition=~Q(seller_wallet=F("target_wallet"))),
        ]
        indexes = [
            models.Index(name="deposit_returns_of_cashier", fields=["by", "sale_point", "-made_at"]),
            models.Index(name="deposit_returns_to_wallet", fields=["target_wallet", "variant"]),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.variant_id}"

    @property
    def total(self) -> Money:
        return Money(self.quantity * self.unit_minor, self.seller_wallet.currency)

"""Orders: what one buyer bought of one seller, its lines, its money and its steps."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.indexes import BrinIndex
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Money
from ledger.models import Transfer, Wallet
from shop.products.models import Revision, Variant
from shop.sale_points.models import SalePoint

from .numbers import code_of


class Order(models.Model):
    """What `buyer` bought of one seller, at once. All its money is one transfer (`OrderMoney`).

    PAID is waiting to be made READY and to be COLLECTED; at a kiosk and a till it is collected at once. UNDONE: its
    buyer took it back in time. REFUNDED: all of it was given back. `total_minor` and `refunded_minor` are in the
    seller's currency. `maker` is who did it: the buyer, or a cashier at a till. Under the maker's key it is stored
    once for each seller. `age_confirmed_by` has seen that the buyer is old enough, where a product asks for it.
    """

    class Status(models.TextChoices):
        PAID = "paid", _("Ordered")
        READY = "ready", _("Ready")
        COLLECTED = "collected", _("Collected")
        UNDONE = "undone", _("Undone")
        REFUNDED = "refunded", _("Refunded")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    buyer = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, related_name="orders", db_index=False
    )
    buyer_wallet = models.ForeignKey(Wallet, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    seller_wallet = models.ForeignKey(Wallet, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    sale_point = models.ForeignKey(SalePoint, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    maker = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    key = models.UUIDField()
    status = models.TextField(choices=Status)
    total_minor = models.BigIntegerField()
    refunded_minor = models.BigIntegerField(default=0)
    age_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, db_constraint=False, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(db_default=Now())
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="order_key_once_per_maker", fields=["maker", "key", "seller_wallet"]),
            models.CheckConstraint(
                name="order_refunded_within_its_total",
                condition=Q(refunded_minor__gte=0, refunded_minor__lte=F("total_minor"), total_minor__gt=0),
            ),
        ]
        indexes = [
            models.Index(name="orders_of_buyer", fields=["buyer", "-id"]),
            models.Index(name="orders_of_seller", fields=["seller_wallet", "-id"]),
            # Of a page's range, not of a row: it costs a purchase next to nothing, and finds the orders of a period.
            BrinIndex(name="orders_by_time", fields=["made_at"], autosummarize=True),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def code(self) -> str:
        """What the buyer says at the counter: six characters that are not mixed up when read aloud."""
        return code_of(self.pk)

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.seller_wallet.currency)

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.seller_wallet.currency)


class OrderMoney(models.Model):
    """The transfer that paid an order. It is apart from the order, so that paying changes no indexed column of it.

    `paid_minor` is in the buyer's currency.
    """

    order = models.OneToOneField(Order, models.PROTECT, db_constraint=False, primary_key=True, related_name="money")
    transfer = models.OneToOneField(Transfer, models.PROTECT, db_constraint=False, related_name="order_money")
    paid_minor = models.BigIntegerField()

    def __str__(self) -> str:
        return f"transfer {self.transfer_id} of order {self.order_id}"

    @property
    def paid(self) -> Money:
        return Money(self.paid_minor, self.order.buyer_wallet.currency)


class Line(models.Model):
    """One variant in an order, as it was sold: title, price and VAT stay as they were.

    `unit_minor` may be lower than the revision's price, in a happy hour.
    """

    order = models.ForeignKey(Order, models.PROTECT, db_constraint=False, related_name="lines", db_index=False)
    number = models.IntegerField()
    variant = models.ForeignKey(Variant, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    revision = models.ForeignKey(Revision, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    title = models.TextField()
    quantity = models.IntegerField()
    unit_minor = models.BigIntegerField()
    total_minor = models.BigIntegerField()
    vat_permille = models.IntegerField()
    refunded_quantity = models.IntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="line_numbered_once_in_an_order", fields=["order", "number"]),
            models.CheckConstraint(name="line_of_some", condition=Q(quantity__range=(1, 99))),
            models.CheckConstraint(
                name="line_total_is_its_product", condition=Q(total_minor=F("quantity") * F("unit_minor"))
            ),
            models.CheckConstraint(
                name="line_refunded_within_its_quantity",
                condition=Q(refunded_quantity__gte=0, refunded_quantity__lte=F("quantity")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.quantity} × {self.title}"

    @property
    def total(self) -> Money:
        return Money(self.total_minor, self.order.seller_wallet.currency)

    @property
    def unit(self) -> Money:
        return Money(self.unit_minor, self.order.seller_wallet.currency)


class OrderStep(models.Model):
    """When an order got a status, and by whom. For ever."""

    order = models.ForeignKey(Order, models.PROTECT, db_constraint=False, related_name="steps", db_index=False)
    status = models.TextField(choices=Order.Status)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(name="steps_of_order", fields=["order", "id"])]

    def __str__(self) -> str:
        return f"{self.order_id}: {self.status}"

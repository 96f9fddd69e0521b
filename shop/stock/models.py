from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from ledger.fields import SnapshotField, XidField
from ledger.models import Wallet
from shop.products.models import Variant


class Stock(models.Model):
    """How many of a variant are there. A variant whose stock is not counted has no row.

    `strict`: what is not there is not sold. Every move changes `on_hand`, which is never below zero. Otherwise it is on
    trust: who has the bottle in the hand is never refused. Then a move is pending at first, and is settled (added to
    `on_hand`) later, so that buyers of the same bottle do not wait for each other. Moves of database transactions below
    `upto` are settled.
    """

    variant = models.OneToOneField(Variant, models.PROTECT, primary_key=True, related_name="stock")
    strict = models.BooleanField()
    on_hand = models.BigIntegerField(default=0)
    upto = XidField(db_default="0")

    class Meta:
        constraints = [
            models.CheckConstraint(name="strict_stock_never_below_zero", condition=Q(strict=False) | Q(on_hand__gte=0))
        ]

    def __str__(self) -> str:
        return f"{self.on_hand} of {self.variant_id}"


class StockMove(models.Model):
    """One change of a stock, for ever. `line` is the line of the order that it belongs to, for sales and undos.

    `pending`: it was made without changing the row of a stock that is not strict. `change` is never zero.
    """

    class Reason(models.TextChoices):
        SALE = "sale", _("Sold")
        UNDO = "undo", _("Purchase undone")
        RETURN = "return", _("Returned")
        DELIVERY = "delivery", _("Delivered")
        COUNT = "count", _("Counted")
        WASTE = "waste", _("Thrown away")

    variant = models.ForeignKey(Variant, models.PROTECT, db_constraint=False, related_name="moves", db_index=False)
    change = models.BigIntegerField()
    reason = models.TextField(choices=Reason)
    line = models.BigIntegerField(null=True)
    pending = models.BooleanField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    key = models.UUIDField(null=True)
    note = models.TextField(default="")
    made_at = models.DateTimeField(db_default=Now())
    xid = XidField()

    class Meta:
        constraints = [
            models.CheckConstraint(name="stock_move_is_of_something", condition=~Q(change=0)),
            models.UniqueConstraint(
                name="a_line_leaves_and_comes_back_once",
                fields=["line", "reason"],
                condition=Q(line__isnull=False, reason__in=["sale", "undo"]),
            ),
            models.UniqueConstraint(name="stock_move_key_once_per_maker", fields=["made_by", "key"]),
        ]
        indexes = [
            models.Index(name="stock_moves_pending", fields=["variant", "xid"], condition=Q(pending=True)),
            models.Index(name="stock_moves_of_variant", fields=["variant", "-id"]),
        ]

    def __str__(self) -> str:
        return f"{self.change:+} ({self.reason})"


class StockTake(models.Model):
    """A stock-take: the moment for which somebody counts, as the database's snapshot of what was committed then.

    Whoever counts types how many there were at that moment. So it does not matter what is sold until the numbers are
    typed. `seller` is the wallet of the merchant who counts its own goods; None: the treasury counts everybody's.
    `newest_move` is the id of about the last move until then: where a search for later ones begins.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    seller = models.ForeignKey(Wallet, models.PROTECT, null=True, related_name="+", db_index=False)
    variant = models.ForeignKey(Variant, models.PROTECT, null=True, related_name="+", db_index=False)
    snapshot = SnapshotField(db_default="1:1:")  # a trigger puts the present ones in their place
    newest_move = models.BigIntegerField(db_default=0)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"stock-take of {self.made_at}"


class StockCount(models.Model):
    """How many of a variant were there at a stock-take, and what the moves until then said. For ever.

    The difference between the two is a move of the stock, if it is not zero.
    """

    stock_take = models.ForeignKey(StockTake, models.PROTECT, related_name="counts", db_index=False)
    variant = models.ForeignKey(Variant, models.PROTECT, db_constraint=False, related_name="+", db_index=False)
    counted = models.BigIntegerField()
    expected = models.BigIntegerField()
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, db_constraint=False, related_name="+", db_index=False
    )
    made_at = models.DateTimeField(db_default=Now())
    xid = XidField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="counted_once_at_a_stock_take", fields=["stock_take", "variant"]),
            models.CheckConstraint(name="counted_not_below_zero", condition=Q(counted__gte=0)),
        ]
        indexes = [models.Index(name="counts_of_variant", fields=["variant", "-id"])]

    def __str__(self) -> str:
        return f"{self.counted} counted, {self.expected} expected"

    @property
    def difference(self) -> int:
        return self.counted - self.expected

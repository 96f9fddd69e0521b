from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.functional import Promise

from conversion.money import Currency, Money, currency
from ledger.fields import XidField
from ledger.kinds import label_of_purpose


class Wallet(models.Model):
    """Holds one currency and belongs to a person, a merchant or the system.

    RUNNING: every entry updates the row. Otherwise APPEND-ONLY: what comes in is only an entry (pending), settled into
    `balance` later. `floor` is what `balance - held` may not pass; NULL is a system wallet, which may go below zero.
    """

    reference = models.UUIDField(unique=True, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="wallets", db_index=False
    )
    purpose = models.TextField()
    currency_code = models.TextField(db_column="currency")
    running = models.BooleanField()
    floor = models.BigIntegerField(null=True)
    settled_minor = models.BigIntegerField(db_column="balance", db_default=0)
    held_minor = models.BigIntegerField(db_column="held", db_default=0)
    seq = models.BigIntegerField(db_default=0)
    upto = XidField(db_default="0")
    moved_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="wallet_never_below_floor", condition=Q(settled_minor__gte=F("floor") + F("held_minor"))
            ),
            models.CheckConstraint(name="wallet_held_never_negative", condition=Q(held_minor__gte=0)),
            models.UniqueConstraint(
                name="wallet_one_per_owner_purpose_currency",
                fields=["owner", "purpose", "currency_code"],
                nulls_distinct=False,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose_label} {self.currency_code}"

    @property
    def purpose_label(self) -> str | Promise:
        return label_of_purpose(self.purpose)

    @property
    def currency(self) -> Currency:
        return currency(self.currency_code)

    @property
    def settled(self) -> Money:
        """What the row says: without pending entries. `ledger.wallets.balance_of` has all of it."""
        return Money(self.settled_minor, self.currency)

    @property
    def held(self) -> Money:
        return Money(self.held_minor, self.currency)

    @property
    def available(self) -> Money:
        return Money(self.settled_minor - self.held_minor, self.currency)

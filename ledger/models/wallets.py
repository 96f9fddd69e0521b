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
    """What holds money of one currency for one owner and purpose. The owner of a system wallet is NULL.

    A RUNNING wallet's row is updated by every entry. Any other wallet is APPEND-ONLY: money that comes in is only a
    pending entry at first, and is settled (added to the row's balance) later.

    `balance - held` is never below `floor`. System wallets have no floor (NULL): their balance may be below zero.
    `seq` is the number of the newest numbered entry. Entries of database transactions below `upto` are settled.
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
            # For a system wallet the condition is NULL, since it has no floor. A check passes then.
            models.CheckConstraint(
                name="wallet_never_below_floor", condition=Q(settled_minor__gte=F("floor") + F("held_minor"))
            ),
            models.CheckConstraint(name="wallet_held_never_negative", condition=Q(held_minor__gte=0)),
            models.UniqueConstraint(
                name="wallet_one_per_owner_purpose_currency",
                fields=["owner", "purpose", "currency_code"],
                nulls_distinct=False,  # all system wallets have the owner NULL
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
        """The balance in the row, without pending entries. `ledger.wallets.balance_of` includes them."""
        return Money(self.settled_minor, self.currency)

    @property
    def held(self) -> Money:
        return Money(self.held_minor, self.currency)

    @property
    def available(self) -> Money:
        """What can be spent: the settled balance less what is on hold."""
        return Money(self.settled_minor - self.held_minor, self.currency)

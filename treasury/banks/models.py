"""Banks, and the currencies in which each of them takes deposits."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from conversion.money import Money
from ledger.models import Wallet


class Bank(models.Model):
    """A bank that takes money in for this installation: what `user`, an account with the role of a bank, has besides.

    `reference` is the namespace of the keys of its deposits. `iban` and `bic` are of our account at this bank, and
    `holder` is its owner's name, as members must write it on a transfer. A bank that NEEDS A REFERENCE must send its
    own one with each deposit; without it nobody could tell two deposits from one that was sent twice.

    `changed_by` is the administrator who last gave the bank more power: its first limit, a higher one, another currency
    or an access token. It deposits nothing until `confirmed_by`, another person, has agreed to that. NULL in both: it
    was made at the terminal, by somebody who has the database anyway.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="bank")
    holder = models.CharField(max_length=70, blank=True, default="")
    iban = models.CharField(max_length=34, blank=True, default="")
    bic = models.CharField(max_length=11, blank=True, default="")
    needs_reference = models.BooleanField(default=True)
    created_at = models.DateTimeField(db_default=Now())
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    changed_at = models.DateTimeField(null=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bank_confirmed_by_another",
                condition=Q(confirmed_by__isnull=True)
                | (Q(changed_by__isnull=False) & ~Q(confirmed_by=F("changed_by"))),
            ),
        ]

    def __str__(self) -> str:
        return self.user.get_full_name()

    @property
    def is_confirmed(self) -> bool:
        return self.changed_by_id is None or self.confirmed_by_id is not None


class Clearing(models.Model):
    """One currency of a bank: its clearing wallet, and what the bank may deposit in a day.

    The wallet's balance is minus what the bank holds for us in this currency. `counted_minor` is what was deposited on
    `day`, in the installation's time zone. A deposit counts in the transaction that books it (`sql/banks.sql`).
    """

    bank = models.ForeignKey(Bank, models.PROTECT, related_name="clearings")
    wallet = models.OneToOneField(Wallet, models.PROTECT, related_name="+")
    daily_cap_minor = models.BigIntegerField()
    day = models.DateField(null=True)
    counted_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.CheckConstraint(name="clearing_cap_positive", condition=Q(daily_cap_minor__gt=0)),
            models.CheckConstraint(name="clearing_count_never_negative", condition=Q(counted_minor__gte=0)),
        ]

    def __str__(self) -> str:
        return f"{self.bank_id} {self.wallet.currency_code}"

    @property
    def daily_cap(self) -> Money:
        return Money(self.daily_cap_minor, self.wallet.currency)

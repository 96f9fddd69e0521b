"""How much members may owe in the shop, as treasurers set it, and what of it is in the ledger."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from conversion.money import Money, currency
from ledger.models import Wallet

HIGHEST_MINOR = 10**12  # of a limit, in minor units


class Limit(models.Model):
    """One setting of how much a member, or everybody with a role, may owe. The newest of each counts; none changes.

    A member's own limit comes before that of their role, and that before the rules' default. `limit_minor` None takes
    it back: from then on the next one counts. A member's limit is in the currency of their wallet.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    role = models.TextField(blank=True)
    limit_minor = models.BigIntegerField(null=True)
    currency_code = models.TextField()
    reason = models.TextField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    made_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="limit_of_a_member_or_of_a_role",
                condition=Q(user__isnull=False, role="") | (Q(user__isnull=True) & ~Q(role="")),
            ),
            models.CheckConstraint(name="limit_set_by_another", condition=Q(user__isnull=True) | ~Q(user=F("made_by"))),
            models.CheckConstraint(
                name="limit_not_negative",
                condition=Q(limit_minor__isnull=True) | Q(limit_minor__range=(0, HIGHEST_MINOR)),
            ),
            models.CheckConstraint(name="limit_has_a_reason", condition=~Q(reason="")),
        ]
        indexes = [
            models.Index(name="limits_of_member", fields=["user", "-id"], condition=Q(user__isnull=False)),
            models.Index(name="limits_of_role", fields=["role", "-id"], condition=Q(user__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.limit_minor} {self.currency_code}"

    @property
    def limit(self) -> Money | None:
        return None if self.limit_minor is None else Money(self.limit_minor, currency(self.currency_code))


class AppliedLimit(models.Model):
    """Which limit the floor of a wallet was set to last. Without a row, the wallet may owe nothing.

    `limit` None: the rules' default counted. `asked_minor` is the amount of the limit or the default, in
    `currency_code`, and `limit_minor` the same in the wallet's currency, at the rate of that day.
    """

    wallet = models.OneToOneField(Wallet, models.PROTECT, primary_key=True, related_name="applied_limit")
    limit = models.ForeignKey(Limit, models.PROTECT, null=True, related_name="+", db_index=False)
    asked_minor = models.BigIntegerField()
    currency_code = models.TextField()
    limit_minor = models.BigIntegerField()
    applied_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return f"{self.limit_minor} of wallet {self.wallet_id}"


class Reminder(models.Model):
    """When a member who owes money was reminded last."""

    wallet = models.OneToOneField(Wallet, models.PROTECT, primary_key=True, related_name="+")
    told_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"wallet {self.wallet_id} at {self.told_at}"

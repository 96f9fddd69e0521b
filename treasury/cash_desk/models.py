"""Cash above a cashier's limits, which a second person confirms."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Money
from ledger.models import Transfer, Wallet

# The evening after is still within it, also if somebody closes late. Older cash is counted, declined or taken anew.
LIFE = dt.timedelta(hours=36)


class CashProposal(models.Model):
    """Cash that a cashier has before him and may not take alone. Nothing is booked until a second person confirms it.

    `key` is the key of the transfer that is booked then, so that it is booked once. `wallet` is the member's. The
    cashier can withdraw it: then it is declined by himself. After LIFE it expires, decided by nobody.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Waiting")
        CONFIRMED = "confirmed", _("Confirmed")
        DECLINED = "declined", _("Declined")
        EXPIRED = "expired", _("Expired")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    cashier = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    key = models.UUIDField()
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    status = models.TextField(choices=Status, default=Status.OPEN)
    created_at = models.DateTimeField(db_default=Now())
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False
    )
    decided_at = models.DateTimeField(null=True)
    transfer = models.OneToOneField(Transfer, models.PROTECT, null=True, db_constraint=False, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="cash_proposal_key_once_per_cashier", fields=["cashier", "key"]),
            models.CheckConstraint(name="cash_proposal_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="cash_proposal_decided_exactly_when_closed",
                condition=Q(status="open", decided_by__isnull=True, decided_at__isnull=True)
                | Q(status="expired", decided_by__isnull=True, decided_at__isnull=False)
                | (~Q(status__in=("open", "expired")) & Q(decided_by__isnull=False, decided_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="cash_proposal_confirmed_by_another_with_its_transfer",
                condition=(Q(status="confirmed", transfer__isnull=False) & ~Q(decided_by=F("cashier")))
                | (~Q(status="confirmed") & Q(transfer__isnull=True)),
            ),
        ]
        indexes = [models.Index(name="cash_proposal_open", fields=["id"], condition=Q(status="open"))]

    def __str__(self) -> str:
        return f"{self.amount} ({self.status})"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.wallet.currency)

    @property
    def expires_at(self) -> dt.datetime:
        return self.created_at + LIFE

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

"""The model of payment requests."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Money
from ledger.models import Transfer, Wallet


class PaymentRequest(models.Model):
    """One member (the requester) asks another (the payer) for an amount in the requester's currency.

    A request is closed at most once: paid, declined, cancelled or expired. What it asks for never changes.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        PAID = "paid", _("Paid")
        DECLINED = "declined", _("Declined")
        CANCELLED = "cancelled", _("Cancelled")
        EXPIRED = "expired", _("Expired")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField()
    requester = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="requests_made")
    payer = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="requests_received")
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="+")  # the requester's, which receives the money
    amount_minor = models.BigIntegerField()
    note = models.TextField(blank=True)
    status = models.TextField(choices=Status, default=Status.OPEN)
    transfer = models.OneToOneField(Transfer, models.PROTECT, null=True, db_constraint=False)
    made_at = models.DateTimeField()
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="request_key_once_per_requester", fields=["requester", "key"]),
            models.CheckConstraint(name="request_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="request_not_to_oneself", condition=~Q(requester=F("payer"))),
            models.CheckConstraint(
                name="request_paid_exactly_with_a_transfer",
                condition=Q(status="paid", transfer__isnull=False) | (~Q(status="paid") & Q(transfer__isnull=True)),
            ),
            models.CheckConstraint(
                name="request_closed_exactly_when_not_open",
                condition=Q(status="open", closed_at__isnull=True) | (~Q(status="open") & Q(closed_at__isnull=False)),
            ),
        ]
        indexes = [
            models.Index(name="request_by_payer", fields=["payer", "status", "-id"]),
            models.Index(name="request_by_requester", fields=["requester", "-id"]),
            models.Index(name="request_due", fields=["expires_at"], condition=Q(status="open")),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.wallet.currency)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

"""The model of quotes."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from conversion.money import Money
from ledger.models import Wallet


class Quote(models.Model):
    """What will happen if the payer confirms: both amounts and the rate. It is booked as it stands, or not at all.

    Its `key` becomes the transfer's key, so a quote books once, however often it is confirmed.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField()
    maker = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    source = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    target = models.ForeignKey(Wallet, models.PROTECT, related_name="+", db_index=False)
    source_minor = models.BigIntegerField()
    target_minor = models.BigIntegerField()
    rate = models.DecimalField(max_digits=30, decimal_places=15)
    note = models.TextField(blank=True)
    payment_request = models.ForeignKey(
        "payments.PaymentRequest", models.PROTECT, null=True, related_name="quotes", db_index=False
    )
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(name="quote_key_once_per_maker", fields=["maker", "key"]),
            models.CheckConstraint(name="quote_source_positive", condition=Q(source_minor__gt=0)),
            models.CheckConstraint(name="quote_target_positive", condition=Q(target_minor__gt=0)),
            models.CheckConstraint(name="quote_between_two_wallets", condition=~Q(source=F("target"))),
        ]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def source_amount(self) -> Money:
        return Money(self.source_minor, self.source.currency)

    @property
    def target_amount(self) -> Money:
        return Money(self.target_minor, self.target.currency)

    @property
    def shown_rate(self) -> str:
        """Returns the rate as text: units of the target's currency for one of the source's, without trailing zeros."""
        return f"{self.rate.normalize():f}"

    @property
    def is_exchange(self) -> bool:
        return self.source.currency_code != self.target.currency_code

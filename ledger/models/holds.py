from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from conversion.money import Money

from .wallets import Wallet


class Hold(models.Model):
    """An amount on hold in the wallet `source` for the wallet `target`. A hold ends exactly once.

    AUTHORIZATION: the payee captures it, whole or in part, or releases it. The payer cannot cancel it.
    TWO_STEP: the payee accepts it whole or declines it. Until then the payer can cancel it.
    Another room may have purposes of its own, whose holds it places, shows and ends itself.
    Both expire at `expires_at`. A hold with the status DECLINED was never open: the wallet had too little money.
    """

    class Purpose(models.TextChoices):
        AUTHORIZATION = "authorization", _("On hold")
        TWO_STEP = "two_step", _("Waiting to be accepted")

    class Status(models.TextChoices):
        OPEN = "open", _("Open")
        DECLINED = "declined", _("Declined: not enough money")
        CAPTURED = "captured", _("Paid")
        RELEASED = "released", _("Released")
        EXPIRED = "expired", _("Expired")

    reference = models.UUIDField(unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="holds_made", db_index=False)
    key = models.UUIDField()
    purpose = models.TextField(choices=Purpose)
    note = models.TextField()
    source = models.ForeignKey(Wallet, models.PROTECT, related_name="holds")
    target = models.ForeignKey(Wallet, models.PROTECT, related_name="holds_for")
    amount_minor = models.BigIntegerField(db_column="amount")
    status = models.TextField(choices=Status)
    made_at = models.DateTimeField()
    placed_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="hold_key_once_per_maker", fields=["made_by", "key"]),
            models.CheckConstraint(name="hold_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="hold_between_two_wallets", condition=~Q(source=F("target"))),
            models.CheckConstraint(
                name="hold_ended_exactly_when_not_open",
                condition=Q(status="open", ended_at__isnull=True) | (~Q(status="open") & Q(ended_at__isnull=False)),
            ),
        ]
        indexes = [models.Index(name="hold_due", fields=["expires_at"], condition=Q(status="open"))]

    def __str__(self) -> str:
        return str(self.reference)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.source.currency)

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def is_two_step(self) -> bool:
        return self.purpose == self.Purpose.TWO_STEP

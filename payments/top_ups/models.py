from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from conversion.money import Money
from ledger.models import Transfer, Wallet


class TopUp(models.Model):
    """Money from outside: topped up on trust, or in cash at a cashier. Each booked top-up transfer has one row.

    `verified` says whether a cashier counted the cash. Rows are never updated.
    """

    class Method(models.TextChoices):
        TRUST = "trust", _("On trust")
        CASH = "cash", _("Cash")

    transfer = models.OneToOneField(Transfer, models.PROTECT, db_constraint=False, related_name="top_up")
    wallet = models.ForeignKey(Wallet, models.PROTECT, related_name="top_ups")
    amount_minor = models.BigIntegerField()
    method = models.TextField(choices=Method)
    verified = models.BooleanField()
    booked_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.CheckConstraint(name="top_up_positive", condition=Q(amount_minor__gt=0))]
        indexes = [models.Index(name="top_up_of_the_day", fields=["wallet", "method", "booked_at"])]

    def __str__(self) -> str:
        return f"{self.get_method_display()} {self.amount}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.wallet.currency)

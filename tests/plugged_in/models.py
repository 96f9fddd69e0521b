"""The table of pledges."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from accounts.models import User
from ledger.models import Transfer


class Pledge(models.Model):
    """A pledge, written in the transaction that books its transfer."""

    transfer = models.OneToOneField(Transfer, models.PROTECT, db_constraint=False, related_name="+")
    payer = models.ForeignKey(User, models.PROTECT, related_name="+")
    amount_minor = models.BigIntegerField()
    pledged_at = models.DateTimeField(db_default=Now())
    thanked_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager[Pledge]] = models.Manager()

    class Meta:
        constraints = [models.CheckConstraint(name="pledge_positive", condition=Q(amount_minor__gt=0))]

    def __str__(self) -> str:
        return f"pledge {self.pk}"

"""Payout accounts: a member's own accounts at banks, to which the member can withdraw."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

SHOWN = 4  # characters of an IBAN; the rest is shown to staff and banks alone


class PayoutAccount(models.Model):
    """A bank account of a member, with the name of its holder as the bank knows it.

    It can be used from `usable_at` on: whoever has taken over a member's session cannot empty the wallet at once, and
    the member has a letter meanwhile. What was typed never changes. A removed account stays, since withdrawals name it.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="payout_accounts", db_index=False)
    holder = models.CharField(max_length=70)
    iban = models.CharField(max_length=34)
    created_at = models.DateTimeField(db_default=Now())
    usable_at = models.DateTimeField()
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                name="payout_account_once_per_member", fields=["user", "iban"], condition=Q(removed_at__isnull=True)
            ),
            models.CheckConstraint(
                name="payout_account_usable_after_it_was_added", condition=Q(usable_at__gte=F("created_at"))
            ),
        ]
        indexes = [models.Index(name="payout_account_of_member", fields=["user", "id"])]

    def __str__(self) -> str:
        return masked(self.iban)


def masked(iban: str) -> str:
    """The end of the IBAN alone, by which its owner tells accounts apart."""
    return f"…{iban[-SHOWN:]}"

"""How a person takes over an account that staff made for them: with a card."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Claim(models.Model):
    """The right to choose the password of an account that has none, once: for whoever has the code and the PIN.

    `code_hash` is made as a PIN's hash is; a claimed account has none. `printed_by` printed the newest card.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="claim")
    code_hash = models.CharField(max_length=128, editable=False)
    printed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    printed_at = models.DateTimeField(db_default=Now())
    claimed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="claim_has_a_code_until_it_is_used",
                condition=(Q(claimed_at=None) & ~Q(code_hash="")) | Q(claimed_at__isnull=False, code_hash=""),
            ),
            models.CheckConstraint(name="claim_by_a_card_of_another", condition=~Q(user=models.F("printed_by"))),
        ]

    def __str__(self) -> str:
        return f"claim of {self.user}"

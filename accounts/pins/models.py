"""PIN resets: a person who lost the PIN gets a code from two people of staff, and sets a new one with it."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class PinReset(models.Model):
    """One reset of a person's PIN by staff, kept for ever.

    STARTED by one of staff who knows the person; AGREED by another, who sees the code; USED by the person, who has set
    a new PIN. While it is USED and `limited_until` has not come (NULL: never), that PIN pays small amounts only:
    `spent_minor` is what it has paid on the day `spent_on`. KEPT: the person has confirmed it. STOPPED: the person has
    said that it was not them. CANCELLED: by staff, or because a newer one was started or used.

    `code_digest` is the SHA-256 of the code in hexadecimal. It says nothing of the PIN.
    """

    class Status(models.TextChoices):
        STARTED = "started", _("Waits for a second person")
        AGREED = "agreed", _("Code given")
        USED = "used", _("New PIN set")
        KEPT = "kept", _("Confirmed by the member")
        STOPPED = "stopped", _("Stopped by the member")
        CANCELLED = "cancelled", _("Cancelled")

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    started_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    recognised = models.TextField()  # how the person was recognised, in the words of who started it
    created_at = models.DateTimeField(db_default=Now())
    status = models.TextField(choices=Status, default=Status.STARTED)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", db_index=False)
    agreed_at = models.DateTimeField(null=True)
    code_digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    used_at = models.DateTimeField(null=True)
    limited_until = models.DateTimeField(null=True)
    spent_on = models.DateField(null=True)
    spent_minor = models.BigIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="pin_reset_by_nobody_for_themselves",
                condition=~Q(started_by=F("member")) & (Q(agreed_by__isnull=True) | ~Q(agreed_by=F("member"))),
            ),
            models.CheckConstraint(
                name="pin_reset_agreed_by_another",
                condition=Q(agreed_by__isnull=True) | ~Q(agreed_by=F("started_by")),
            ),
            models.CheckConstraint(
                name="pin_reset_used_only_once_agreed",
                condition=Q(status__in=("started", "stopped", "cancelled"))
                | Q(agreed_by__isnull=False, agreed_at__isnull=False, code_digest__isnull=False),
            ),
            models.UniqueConstraint(
                name="pin_reset_one_at_a_time", fields=["member"], condition=Q(status__in=("started", "agreed"))
            ),
            models.UniqueConstraint(name="pin_reset_one_used", fields=["member"], condition=Q(status="used")),
        ]
        indexes = [models.Index(name="pin_reset_started", fields=["id"], condition=Q(status="started"))]

    def __str__(self) -> str:
        return f"{self.member_id} ({self.status})"

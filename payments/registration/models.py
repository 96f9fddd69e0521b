"""How people come in where not everybody may sign up: by an invitation, or by an application that is approved."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Invitation(models.Model):
    """A link with which one person may sign up. An administrator makes it and sends it to that person.

    The link's secret is not stored. `digest` is its SHA-256 in hexadecimal: 256 random bits need no slower hash.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    name = models.CharField(max_length=80)  # whom it is for, in the administrator's words
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)
    used_by = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="invitation")
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="invitation_used_or_revoked", condition=Q(used_at=None) | Q(revoked_at=None)),
        ]

    def __str__(self) -> str:
        return f"invitation for {self.name}"


class Application(models.Model):
    """A person who signed up where an administrator decides. Until it is approved, the person's account is inactive."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="application")
    asked_at = models.DateTimeField(db_default=Now())
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    is_approved = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="application_decided_by_somebody",
                condition=Q(decided_at=None, decided_by=None, is_approved=None)
                | Q(decided_at__isnull=False, decided_by__isnull=False, is_approved__isnull=False),
            ),
        ]
        indexes = [models.Index(name="application_waiting", fields=["asked_at"], condition=Q(decided_at=None))]

    def __str__(self) -> str:
        return f"application of {self.user}"

"""Personal access tokens."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from api.access import known_scopes

LONGEST_LIFE_DAYS = 366  # of a token


class ApiToken(models.Model):
    """With its secret a program acts for `user`, within `scopes`, until it expires or is revoked.

    The secret itself is nowhere: `digest` is its SHA-256 in hexadecimal (240 random bits need no slower hash), and
    `prefix` its first characters, by which its owner tells it from others.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=10, editable=False)
    scopes = ArrayField(models.TextField())
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="token_lives_a_year_at_most",
                condition=Q(expires_at__lte=F("created_at") + dt.timedelta(days=LONGEST_LIFE_DAYS)),
            ),
            models.CheckConstraint(name="token_has_a_scope", condition=Q(scopes__len__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    @property
    def may(self) -> list[str]:
        """What its scopes allow, as its owner reads it."""
        return [str(known_scopes[code].label) if code in known_scopes else code for code in self.scopes]

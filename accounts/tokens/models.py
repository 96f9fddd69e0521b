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

from .networks import MOST_NETWORKS

LONGEST_LIFE_DAYS = 366  # of a token


class ApiToken(models.Model):
    """An access token: a program that has its secret acts for `user` within `scopes`, until it expires or is revoked.

    The secret itself is not stored. `digest` is its SHA-256 in hexadecimal: with about 240 random bits, a secret needs
    no slower hash. `prefix` has the first characters of the secret, by which the owner recognises the token.
    """

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="api_tokens")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    prefix = models.CharField(max_length=10, editable=False)
    scopes = ArrayField(models.TextField())
    with_second_factor = models.BooleanField(default=False)  # whether the session that made it had proven one
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    last_network = models.TextField(default="")  # from which it was last used
    networks = ArrayField(models.TextField(), default=list)  # from which it may be used; empty: from everywhere
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="token_lives_a_year_at_most",
                condition=Q(expires_at__lte=F("created_at") + dt.timedelta(days=LONGEST_LIFE_DAYS)),
            ),
            models.CheckConstraint(name="token_has_a_scope", condition=Q(scopes__len__gt=0)),
            models.CheckConstraint(name="token_has_few_networks", condition=Q(networks__len__lte=MOST_NETWORKS)),
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    @property
    def credential(self) -> str:
        """Its name where it is one kind of credential among others (`api.rates`, `api.calls`)."""
        return f"token:{self.reference}"

    @property
    def may(self) -> list[str]:
        """What the token's scopes allow, in words for its owner."""
        return [str(known_scopes[code].label) if code in known_scopes else code for code in self.scopes]

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Bouncing(models.Model):
    """The address of this person takes no letters, as its mail server said. It concerns no other address of theirs."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, primary_key=True, related_name="+")
    address = models.TextField()
    since = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.address

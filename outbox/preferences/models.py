from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Choice(models.TextChoices):
    """When a person gets the letters of a topic. Those of a day are one letter, in the morning."""

    AT_ONCE = "at_once", _("at once")
    DAILY = "daily", _("once a day")
    NEVER = "never", _("never")


class Preference(models.Model):
    """What a person has chosen for a topic of letters. Without a row, the default counts (`queries.py`)."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False)
    topic = models.TextField()
    choice = models.TextField(choices=Choice)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="preference_once_for_each_topic", fields=["user", "topic"]),
            models.CheckConstraint(name="preference_is_a_choice", condition=models.Q(choice__in=Choice.values)),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.topic}: {self.choice}"

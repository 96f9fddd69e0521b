from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models.functions import Now


class Message(models.Model):
    """What one listener is told of one event. It never changes, and is deleted after 90 days.

    `reference` is the event's. `seq` numbers a listener's messages from 1 without a gap, in the order in which they
    were told. `body` is the JSON document as it is sent.
    """

    reference = models.UUIDField()
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    seq = models.BigIntegerField()
    type = models.TextField()
    body = models.TextField()
    told_at = models.DateTimeField(db_default=Now(), db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(name="message_seq_once_per_listener", fields=["user", "seq"]),
            models.UniqueConstraint(name="message_event_once_per_listener", fields=["reference", "user"]),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.seq} {self.type}"

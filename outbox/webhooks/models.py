"""Endpoints, to which a person's events are sent, and each delivery of one message to one endpoint."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from events.models import IS_OPEN, Sending
from outbox.events.models import Message


class Endpoint(models.Model):
    """An address to which the events of its owner are sent. Without `types` it hears of all.

    `failing_since` and `failures` count from the last success. While `old_secret_until` is in the future, messages are
    signed with the secret before, too. `switched_off` says why nothing is sent; empty while it is on.
    """

    class Why(models.TextChoices):
        OWNER = "owner", "by its owner"
        FAILING = "failing", "it failed for five days"
        GONE = "gone", "it answered 410 Gone"

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    url = models.TextField()
    description = models.TextField(blank=True)
    types = ArrayField(models.TextField(), default=list)
    secret = models.TextField()
    old_secret = models.TextField(blank=True)
    old_secret_until = models.DateTimeField(null=True)
    switched_off = models.TextField(blank=True, choices=Why)
    failing_since = models.DateTimeField(null=True)
    failures = models.IntegerField(default=0)
    told_of_failure_at = models.DateTimeField(null=True)
    pinged_at = models.DateTimeField(null=True)  # each change makes an event `ping` (sql/webhooks.sql)
    created_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.url

    @property
    def is_on(self) -> bool:
        return not self.switched_off


class Delivery(Sending):
    """One message on its way to one endpoint. The last answer is kept: its status, its time, and how it began."""

    reference = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    message = models.ForeignKey(Message, models.CASCADE, related_name="deliveries")
    endpoint = models.ForeignKey(Endpoint, models.CASCADE, related_name="deliveries", db_index=False)
    last_status = models.IntegerField(null=True)
    last_ms = models.IntegerField(null=True)
    last_reply = models.TextField(db_default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(name="delivery_once_per_endpoint", fields=["endpoint", "message"]),
            models.CheckConstraint(
                name="delivery_sent_or_dead", condition=Q(sent_at__isnull=True) | Q(dead_at__isnull=True)
            ),
        ]
        indexes = [
            models.Index(name="delivery_due", fields=["endpoint", "due_at"], condition=IS_OPEN),
            models.Index(name="delivery_leased", fields=["endpoint"], condition=IS_OPEN & Q(lease_until__isnull=False)),
            models.Index(name="delivery_of_endpoint", fields=["endpoint", "-id"]),
            models.Index(name="delivery_ended", fields=["created_at"], condition=~IS_OPEN),
        ]

    def __str__(self) -> str:
        return f"{self.message} to {self.endpoint}"

    @property
    def state(self) -> str:
        """`sent`, `dead`, or `waiting`."""
        return "sent" if self.sent_at else "dead" if self.dead_at else "waiting"

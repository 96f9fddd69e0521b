"""Marking notifications as read."""

from __future__ import annotations

from django.db.models.functions import Now

from accounts.models import User
from events.models import Notification


def mark_all_read(user: User) -> None:
    Notification.objects.filter(user=user, read_at=None).update(read_at=Now())

"""Queries for a member's notifications."""

from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import User
from events.models import Notification


def notifications_of(user: User, limit: int = 50) -> QuerySet[Notification]:
    """Returns the user's notifications, read and unread, the newest first."""
    return Notification.objects.filter(user=user).select_related("actor").order_by("-id")[:limit]

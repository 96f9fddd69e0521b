"""Queries for a member's notifications."""

from __future__ import annotations

from django.db import connection
from django.db.models import QuerySet

from accounts.models import User
from events.models import Notification


def notifications_of(user: User, limit: int = 50) -> QuerySet[Notification]:
    """Returns the user's notifications, read and unread, the newest first."""
    return Notification.objects.filter(user=user).select_related("actor").order_by("-id")[:limit]


def unread_notifications(user: User) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM events_notification WHERE user_id = %s AND read_at IS NULL", [user.pk])
        return cursor.fetchone()[0]

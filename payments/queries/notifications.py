from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import QuerySet

from payments.models import Notification


def notifications_of(user: Any, limit: int = 50) -> QuerySet[Notification]:
    return (
        Notification.objects.filter(user=user)
        .select_related("actor", "transfer", "payment_request", "hold")
        .order_by("-id")[:limit]
    )


def unread_notifications(user: Any) -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM payments_notification WHERE user_id = %s AND read_at IS NULL", [user.pk])
        return cursor.fetchone()[0]

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from payments.models import Notification


def notifications_of(user: Any, limit: int = 50) -> QuerySet[Notification]:
    return (
        Notification.objects.filter(user=user)
        .select_related("actor", "transfer", "payment_request", "hold")
        .order_by("-id")[:limit]
    )


def unread_notifications(user: Any) -> int:
    return Notification.objects.filter(user=user, read_at=None).count()

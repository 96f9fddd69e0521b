from __future__ import annotations

from django.db.models import QuerySet

from accounts.models import User

from .models import Message


def messages_of(user: User) -> QuerySet[Message]:
    """Returns what the user was told, the oldest first."""
    return Message.objects.filter(user=user).order_by("seq")

from __future__ import annotations

import datetime as dt

from django.db.models.functions import Now

from .models import Message

KEPT = dt.timedelta(days=90)
AT_ONCE = 5_000


def delete_old_messages() -> int:
    """Deletes some of the messages that are older than KEPT. Returns how many; the next run deletes more."""
    old = Message.objects.filter(told_at__lt=Now() - KEPT).order_by("told_at").values("pk")[:AT_ONCE]
    return Message.objects.filter(pk__in=old).delete()[0]


JOBS = [("delete old messages", 60, delete_old_messages)]

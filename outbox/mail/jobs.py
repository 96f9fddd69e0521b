"""The worker's jobs for mail: (name, interval in seconds, function)."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.db.models.functions import Coalesce, Now

from events.models import Mail

from .service import LIFE

KEPT = dt.timedelta(days=30)


def erase_old_letters() -> int:
    """Gives up the letters that are too old to be sent and erases what is in them. Returns how many."""
    too_old = Mail.objects.filter(sent_at=None, created_at__lt=Now() - LIFE).exclude(text="", html="", headers={})
    not_leased = Q(lease_until=None) | Q(lease_until__lt=Now())
    return too_old.filter(not_leased).update(text="", html="", headers={}, dead_at=Coalesce("dead_at", Now()))


def delete_old_letters() -> int:
    """Deletes the rows of letters that were sent or given up, a month after they were written. Returns how many."""
    ended = Q(sent_at__isnull=False) | Q(dead_at__isnull=False)
    return Mail.objects.filter(ended, created_at__lt=Now() - KEPT).delete()[0]


JOBS = [
    ("erase letters that are too old", 600, erase_old_letters),
    ("delete letters of last month", 86_400, delete_old_letters),
]

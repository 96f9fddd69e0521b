from __future__ import annotations

import datetime as dt

from django.db.models import Q
from django.db.models.functions import Now

from .models import Delivery

SENT_KEPT, DEAD_KEPT = dt.timedelta(days=30), dt.timedelta(days=90)
AT_ONCE = 5_000


def delete_old_deliveries() -> int:
    """Deletes some of the deliveries that ended long ago. Returns how many; the next run deletes more."""
    old = Q(sent_at__lt=Now() - SENT_KEPT) | Q(dead_at__lt=Now() - DEAD_KEPT)
    some = Delivery.objects.filter(old, created_at__lt=Now() - SENT_KEPT).values("pk")[:AT_ONCE]
    return Delivery.objects.filter(pk__in=some).delete()[0]


JOBS = [("delete old deliveries", 60, delete_old_deliveries)]

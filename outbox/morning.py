"""When letters of a day or a month are written: in the morning, in the site's time zone."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

MORNING = 7  # o'clock


def next_morning(after: dt.datetime) -> dt.datetime:
    """The first MORNING after this moment."""
    local = timezone.localtime(after)
    day = local.date() + dt.timedelta(days=local.hour >= MORNING)
    return dt.datetime.combine(day, dt.time(MORNING), tzinfo=local.tzinfo)

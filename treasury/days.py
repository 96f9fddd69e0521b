"""When a day begins."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone


def midnight() -> dt.datetime:
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)

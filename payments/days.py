"""Where "today" begins on staff's pages and for limits of a day."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone


def midnight() -> dt.datetime:
    """The start of today in the installation's time zone."""
    return timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)

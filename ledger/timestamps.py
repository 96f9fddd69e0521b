"""The two clocks: the timestamp service's, for transfers and holds, and the database's, for ages and windows."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection

from timestamp_rpc import client

from .errors import ClockDown


def timestamp() -> dt.datetime | None:
    """The time of the timestamp service, in UTC. Call this before the money transaction, which may run several times.

    None if the service does not answer and TIMESTAMP_REQUIRED is off. Then the transfer gets the time of the database's
    clock instead, and its `timestamped` is false. Raises ClockDown if the service does not answer and
    TIMESTAMP_REQUIRED is on.
    """
    try:
        return client.now()
    except client.ClockUnavailable as error:
        if settings.TIMESTAMP_REQUIRED:
            raise ClockDown from error
        return None


def database_now() -> dt.datetime:
    """The time of the database's clock, at the moment of asking."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]

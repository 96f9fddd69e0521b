"""The timestamp of transfers and holds."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

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

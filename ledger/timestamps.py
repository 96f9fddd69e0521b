"""The timestamp of everything that moves money."""

from __future__ import annotations

import datetime as dt

from django.conf import settings

from timestamp_rpc import client

from .errors import ClockDown


def timestamp() -> dt.datetime | None:
    """The timestamp service's time; asked before any transaction, because a transaction may run more than once.

    None where the service is down and TIMESTAMP_REQUIRED is off: then the database's clock stands in and the transfer
    says so. Raises ClockDown.
    """
    try:
        return client.now()
    except client.ClockUnavailable as error:
        if settings.TIMESTAMP_REQUIRED:
            raise ClockDown from error
        return None

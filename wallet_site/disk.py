"""The disk of the data: how much is free, and whether a statement has failed because it was full.

The free space is known only where the database is on this machine, in the folder of `./wallet run`. On a server of the
operator's own, only the statements tell. Each process knows those of its own.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.utils.translation import gettext as _

from conversion.readings import Reading, in_words
from web import outages

MB = 1_000_000
# PostgreSQL writes its log in files of 16 MB, and stops where it cannot begin the next one.
NEEDED_BYTES = 32 * MB
# Between two checkpoints the log may grow by a gigabyte (max_wal_size). On a small disk that is never free.
LOW_BYTES, LOW_SHARE = 1000 * MB, 0.10
# After a failed statement money counts as stopped for 5 seconds, since all must be well within 10 seconds after
# somebody made room. The disk counts as low for a quarter of an hour.
STOPPED_FOR_S, LOW_FOR_S = 5.0, 900.0

_full_at: float | None = None


def notice_when_full(*, connection: Any, **_: Any) -> None:
    """Handles connection_created: from now on, every statement of this connection that finds a full disk is noticed."""
    if _noticing not in connection.execute_wrappers:
        connection.execute_wrappers.insert(0, _noticing)  # as the first: `execute_wrapper` takes out the last


def _noticing(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    try:
        return execute(sql, params, many, context)
    except DatabaseError as error:
        if outages.sqlstate(error) == outages.DISK_FULL:
            global _full_at
            _full_at = time.monotonic()
        raise


def space() -> Reading:
    """Whether enough is free: at least LOW_BYTES, or LOW_SHARE of a small disk."""
    full_s, known = _full_for_s(), _free()
    if full_s is not None and full_s < LOW_FOR_S:
        return Reading(False, _("%(age)s ago the database's disk was full.") % {"age": in_words(full_s)})
    if known is None:
        return Reading(True, _("The database is on another server; no statement has found its disk full."))
    free, total = known
    says = _("%(free)s MB of %(total)s MB are free.") % {"free": f"{free // MB:,}", "total": f"{total // MB:,}"}
    return Reading(free >= min(LOW_BYTES, LOW_SHARE * total), says, free, "bytes")


def room_to_write() -> Reading:
    """Whether money can be written: at least NEEDED_BYTES are free, and no statement of the last seconds failed."""
    full_s, known = _full_for_s(), _free()
    if full_s is not None and full_s < STOPPED_FOR_S:
        return Reading(False, _("The database's disk is full."))
    if known and known[0] < NEEDED_BYTES:
        return Reading(False, _("The disk is full: %(free)s bytes are left.") % {"free": f"{known[0]:,}"})
    return Reading(True, _("The database can write."))


def _full_for_s() -> float | None:
    return None if _full_at is None else time.monotonic() - _full_at


def _free() -> tuple[int, int] | None:
    """The bytes that are free for other users than root, and all bytes of the disk; None if the data are elsewhere."""
    data = Path(settings.WALLET_PLACE) / "data"
    if not settings.WALLET_PLACE or not data.exists():
        return None
    found = os.statvfs(data)
    return found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize

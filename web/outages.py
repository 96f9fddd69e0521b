"""What an error of the database means: whether its answer was lost, and whether its disk is full."""

from __future__ import annotations

from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError

DISK_FULL = "53100"
IDLE_TIMEOUT = "25P03"
CONNECTION_LOST = (
    "08",
    "57P",
    "53",
)  # classes: connection exceptions, the server shuts down or starts, the server has too little of a resource


def sqlstate(error: BaseException | None) -> str | None:
    """The server's code for this error of Django's; None if the error does not come from the server."""
    return getattr(getattr(error, "__cause__", None), "pgcode", None)


def is_lost(error: DatabaseError | InterfaceError, session: Any) -> bool:
    """Whether `session`, the driver's connection, is lost, and with it the server's answer. None: it never began.

    An error without an SQLSTATE comes from the driver. Its class says little: psycopg2 reports a lost connection in
    several. But the driver's connection is closed by then.
    """
    code = sqlstate(error)
    if code is None:
        return session is None or bool(session.closed)
    return code == IDLE_TIMEOUT or code.startswith(CONNECTION_LOST)


def is_away(error: BaseException | None, session: Any) -> bool:
    """Whether the database is what failed, and not our own statement. The same request may succeed later."""
    if isinstance(error, OperationalError | InterfaceError):
        return True
    return isinstance(error, DatabaseError) and is_lost(error, session)

"""One database belongs to one installation: a process with the secrets of another one does not use it.

Otherwise a second installation, started with the address of the first one's database, would book there with its own
clock and keys. Its empty witness would sign the seals that wait, and the true witness would never sign again.

Each new connection looks once, so this also holds after a failover, or where DATABASE_URL was changed.
"""

from __future__ import annotations

from contextlib import closing
from typing import Any

import psycopg2
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.backends.utils import CursorWrapper


class ForeignDatabase(ImproperlyConfigured):
    """The database belongs to another installation. The text is one line for the operator."""


def require_own(*, connection: Any, **_: Any) -> None:
    """Handles the signal connection_created. Raises ForeignDatabase, and then the connection is closed."""
    with connection.cursor() as cursor:
        found = owner(cursor)
    try:
        _require_own(found)
    except ForeignDatabase:
        connection.close()
        raise


def require_own_at_start() -> None:
    """Raises ForeignDatabase before a process begins its work. A database that is away is looked at later.

    This works before any app is loaded, as in the supervisor.
    """
    try:
        session = connection.get_new_connection(connection.get_connection_params())
    except psycopg2.OperationalError:
        return
    with closing(session), session.cursor() as cursor:
        _require_own(owner(cursor))


def _require_own(found: str | None) -> None:
    own = settings.INSTALLATION_ID
    if found not in (None, own):
        raise ForeignDatabase(
            f"This database belongs to installation {found[:8]}, and the secrets here are those of {own[:8]}. Use the"
            " secrets that belong to it. To take it over on purpose: ./wallet adopt_database"
        )


def owner(cursor: CursorWrapper) -> str | None:
    """The code of the installation to which the database belongs; None before the first migration."""
    cursor.execute("SELECT to_regclass('ledger_installation')")
    if cursor.fetchone() == (None,):
        return None
    cursor.execute("SELECT code FROM ledger_installation ORDER BY id DESC LIMIT 1")
    return (cursor.fetchone() or (None,))[0]

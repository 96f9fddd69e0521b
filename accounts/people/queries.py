"""The names of people, for the SQL of other rooms, which may not name this room's tables; and who is there at all."""

from __future__ import annotations

from django.db import connection

from .roles import HAS_ADMINISTRATOR

PEOPLE = "(SELECT id, username, first_name, last_name FROM accounts_user)"


def has_administrator() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(HAS_ADMINISTRATOR)
        return bool(cursor.fetchone()[0])

"""Forgetting the answers to keys that moved no money."""

from __future__ import annotations

from django.db import connection

AT_ONCE = 1000


def forget_answers() -> int:
    """Removes the stored answers whose time is over, some at a time. Returns how many.

    A key that comes again afterwards does nothing twice: what it made has a unique key of its own.
    """
    removed = 0
    with connection.cursor() as cursor:
        while True:
            cursor.execute(
                """DELETE FROM api_answer WHERE id IN
                       (SELECT id FROM api_answer WHERE expires_at < clock_timestamp() LIMIT %s)""",
                [AT_ONCE],
            )
            removed += cursor.rowcount
            if cursor.rowcount < AT_ONCE:
                return removed

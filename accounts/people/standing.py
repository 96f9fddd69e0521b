"""Whether people may move money, asked inside the transaction that moves it."""

from __future__ import annotations

import datetime as dt

from django.db import connection


def standing_now(*users: int | None) -> tuple[dt.datetime, bool]:
    """The database's clock, and whether none of these people (None is the house) is frozen or inactive."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp(), accounts_may_move_money(VARIADIC %s::bigint[])", [list(users)])
        now, may_move = cursor.fetchone()
    return now, may_move

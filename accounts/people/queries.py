"""The names of people, for the SQL of other rooms, which may not name this room's tables; and who is there at all."""

from __future__ import annotations

from itertools import count

from django.db import connection

from .models import User
from .roles import HAS_ADMINISTRATOR
from .usernames import proposed, skeleton

PEOPLE = "(SELECT id, username, first_name, last_name FROM accounts_user)"


def has_administrator() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(HAS_ADMINISTRATOR)
        return bool(cursor.fetchone()[0])


def free_username(first_name: str, last_name: str) -> str:
    """A username made of these names that nobody has and that looks like nobody's: with a number if need be."""
    name = proposed(first_name, last_name)
    names = (name if number == 1 else f"{name}{number}" for number in count(1))
    return next(each for each in names if not User.objects.filter(username_key=skeleton(each)).exists())

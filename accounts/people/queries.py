"""The names of people, for the SQL of other rooms, which may not name this room's tables; and who is there at all."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

from django.db import connection

from .models import User
from .roles import HAS_ADMINISTRATOR
from .usernames import USERNAME_LIKE, proposed, skeleton

PEOPLE = "(SELECT id, username, first_name, last_name FROM accounts_user)"


def has_administrator() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(HAS_ADMINISTRATOR)
        return bool(cursor.fetchone()[0])


def free_username(first_name: str, last_name: str) -> str:
    """A username made of these names that nobody has and that looks like nobody's: with a number if need be."""
    name = proposed(first_name, last_name)
    return next(each for each in _numbered(name) if not User.objects.filter(username_key=skeleton(each)).exists())


class Names:
    """Gives many people usernames at once: like `free_username`, with one query for all of them."""

    def __init__(self) -> None:
        self._taken = set(User.objects.values_list("username_key", flat=True))
        self._numbered: dict[str, Iterator[str]] = {}  # where many have one name, each goes on after the last

    def take(self, wish: str, first_name: str, last_name: str) -> str:
        """The wished username if it is one and free, and otherwise one made of the names. It is taken from then on."""
        stem = wish if USERNAME_LIKE.fullmatch(wish) else proposed(first_name, last_name)
        if skeleton(stem) in self._taken:
            stem = stem[:24]  # leaves room for a number
            names = self._numbered.setdefault(stem, _numbered(stem))
            stem = next(each for each in names if skeleton(each) not in self._taken)
        self._taken.add(skeleton(stem))
        return stem


def _numbered(stem: str) -> Iterator[str]:
    return (stem if number == 1 else f"{stem}{number}" for number in count(1))

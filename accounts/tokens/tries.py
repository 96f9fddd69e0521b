"""The limit on tokens that are not valid, by origin.

Nobody guesses 240 random bits. But each try is a query, and a program whose token has ended asks again for ever. So an
origin that is over the limit is refused before any query, by what this process remembers. It also remembers which
tokens were valid. So programs that share an address with the bad one, as behind a club's router, keep working.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import TypeVar

from django.utils import timezone

from web.errors import TooManyTries
from web.limits import Limit, take

T = TypeVar("T")
Origin = Callable[[], str]  # asked only where it is needed: most tokens are valid

BAD = Limit("bad tokens from", 30, 2)
MOST = 10_000  # remembered in a process, of either kind

_refused: dict[str, dt.datetime] = {}  # by origin: until when
_valid: dict[str, None] = {}  # digests, the oldest first


def require_may_try(origin: Origin, digest: str) -> None:
    """Raises TooManyTries where this origin must wait, unless this token was valid before."""
    if digest in _valid or not _refused:
        return
    until = _refused.get(origin())
    if until is not None and until > timezone.now():
        raise TooManyTries(until)


def remember_valid(digest: str) -> None:
    if digest not in _valid:
        _remember(_valid, digest, None)


def count_bad(origin: Origin, digest: str) -> None:
    """Counts a token that is not valid. Raises TooManyTries, and remembers it."""
    _valid.pop(digest, None)
    try:
        take(BAD, origin())
    except TooManyTries as refusal:
        _remember(_refused, origin(), refusal.until)
        raise


def _remember(known: dict[str, T], name: str, value: T) -> None:
    """Stores the value as the newest, and forgets the oldest where there are too many."""
    known.pop(name, None)
    known[name] = value
    for oldest in list(known)[: max(0, len(known) - MOST)]:
        known.pop(oldest, None)

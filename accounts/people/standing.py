"""May this person move, or receive, money? One rule, asked first for the page, and again in every money transaction.

Somebody who is frozen or inactive can ask for nothing, and money neither leaves nor reaches them. The system's own
wallets have no owner and always may. Today neither a person's role nor an unconfirmed address has a bearing. Such a
rule belongs into `accounts_may_not_move` (`sql/standing.sql`), which knows who asks, and on which side each person is.

Money that only comes back (a refund, an undo, the end of a hold) does not arrive in this sense: the caller leaves out
who gets it back. The table of all verbs is in ARCHITECTURE.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from django.db import connection

from .errors import AccountFrozen

Person = int | None  # the id of a user; None owns the system's wallets


def require_may_move(
    asker: int,
    *,
    leaves: Iterable[Person] = (),
    arrives: Iterable[Person] = (),
    unless: Callable[[], bool] = lambda: False,
) -> dt.datetime:
    """The database's clock at a moment when all of them may: the asker, those whom money leaves, those whom it reaches.

    `unless` is called only where somebody may not, and says whether this was decided before: a known key is answered as
    it was then, also to somebody frozen since. Raises AccountFrozen, in words for the asker.
    """
    now, may_not = _asked(asker, leaves, arrives)
    if may_not and not unless():
        raise AccountFrozen(is_own=asker in may_not)
    return now


def may_not_move(asker: int, *, leaves: Iterable[Person] = (), arrives: Iterable[Person] = ()) -> set[int]:
    """Those among them who may not, for who decides about many at once."""
    return _asked(asker, leaves, arrives)[1]


def _asked(asker: int, leaves: Iterable[Person], arrives: Iterable[Person]) -> tuple[dt.datetime, set[int]]:
    """One statement for both, since a transfer needs both."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp(), accounts_may_not_move(%s, %s::bigint[], %s::bigint[])",
            [asker, list(leaves), list(arrives)],
        )
        now, may_not = cursor.fetchone()
    return now, set(may_not)

"""May this person move, or receive, money? One rule, asked first for the page, and again in every money transaction.

Somebody who is frozen or inactive can ask for nothing, and money neither payers nor reaches them. What only some roles
may do (taking cash, mass payments) is also refused to whoever asks without one of these roles. An unconfirmed e-mail
address has no effect: people sign in by name, and an account may have no address. The system's own wallets have no
owner and always may. The rule itself is the SQL function `accounts_may_not_move` (`sql/standing.sql`).

Money that only comes back (a refund, an undo, the end of a hold) does not arrive in this sense: the caller payers out
who gets it back. The table of all verbs is in ARCHITECTURE.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.db import connection

from .errors import AccountFrozen, RoleMissing

Person = int | None  # the id of a user; None owns the system's wallets
Roles = Sequence[str] | None  # None: any role will do


def require_may_move(
    asker: int,
    *,
    roles: Roles = None,
    payers: Iterable[Person] = (),
    payees: Iterable[Person] = (),
    unless: Callable[[], bool] = lambda: False,
) -> dt.datetime:
    """The database's clock at a moment when all of them may: the asker, those whom money payers, those whom it reaches.

    `roles` are those of which the asker must have one. `unless` is called only where somebody may not, and says whether
    this was decided before: a known key is answered as it was then, also to somebody frozen since.
    Raises AccountFrozen (in words for the asker), RoleMissing.
    """
    now, may_not = _asked(asker, roles, payers, payees)
    if may_not and not unless():
        if asker in may_not and not may_not_move(asker):
            raise RoleMissing
        raise AccountFrozen(is_own=asker in may_not)
    return now


def may_not_move(
    asker: int, *, roles: Roles = None, payers: Iterable[Person] = (), payees: Iterable[Person] = ()
) -> set[int]:
    """Those among them who may not, for who decides about many at once."""
    return _asked(asker, roles, payers, payees)[1]


def _asked(
    asker: int, roles: Roles, payers: Iterable[Person], payees: Iterable[Person]
) -> tuple[dt.datetime, set[int]]:
    """One statement for both, since a transfer needs both."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp(), accounts_may_not_move(%s, %s::text[], %s::bigint[], %s::bigint[])",
            [asker, None if roles is None else list(roles), list(payers), list(payees)],
        )
        now, may_not = cursor.fetchone()
    return now, set(may_not)

"""Standing: may this person move or receive money now? One rule for everything that moves money.

The rule is checked twice: first for the page, and again in every money transaction. A person who is frozen or inactive
can start nothing, and can neither pay nor receive money. Some actions need a role (taking cash, mass payments): they
are refused to an asker without it. An unconfirmed e-mail address has no effect, since people sign in by username and an
account may have no address. System wallets have no owner and always pass. The rule itself is the SQL function
`accounts_may_not_move` (`sql/standing.sql`).

What needs a role is done as staff, and nobody does it on their own account: then the asker is neither payer nor payee.

Some things take two people (`require_two`). No software knows whether two accounts are two people. It can see that one
of them is new, or was made by the other.

Money that only comes back (a refund, an undo, the end of a hold) does not count as received. There the caller does not
name the person who gets it back among the payees. ARCHITECTURE.md has a table of all actions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence

from django.conf import settings
from django.db import connection

from .errors import AccountFrozen, OwnAccount, RoleMissing, RoleTooNew

Person = int | None  # the id of a user; None owns the system's wallets
GIVEN = "30 days"  # for so long, who gave a role and who got it are not two people
Roles = Sequence[str] | None  # None: any role will do


def require_may_move(
    asker: int,
    *,
    roles: Roles = None,
    payers: Iterable[Person] = (),
    payees: Iterable[Person] = (),
    unless: Callable[[], bool] = lambda: False,
) -> dt.datetime:
    """Requires that the asker, the payers and the payees may all move money. Returns the database's time of the check.

    The asker must have one of `roles`, and then must be neither a payer nor a payee. `unless` is called only if the
    check fails. It says whether the key is already known: then the stored answer is given, also to a person who was
    frozen since, and nothing is raised.
    Raises AccountFrozen (with a text for the asker), RoleMissing, OwnAccount.
    """
    payers, payees = list(payers), list(payees)
    now, may_not = _asked(asker, roles, payers, payees)
    is_own = roles is not None and asker in (*payers, *payees)
    if (may_not or is_own) and not unless():
        if not may_not:
            raise OwnAccount
        if asker in may_not and not may_not_move(asker):  # without the roles the asker passes: only the role is missing
            raise RoleMissing
        raise AccountFrozen(is_own=asker in may_not)
    return now


def require_two(one: int, other: int) -> None:
    """Requires that these two people may decide together what one of them may not decide alone. Raises RoleTooNew."""
    if not are_two(one, other):
        raise RoleTooNew


def are_two(one: int, other: int) -> bool:
    """Whether these two people may decide together what one of them may not decide alone.

    The caller has checked that both have the role. Both must have had it for SECOND_PERSON_AFTER_HOURS, and neither may
    have got it from the other within GIVEN.
    """
    age = f"{settings.SECOND_PERSON_AFTER_HOURS} hours"
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT accounts_may_decide_together(%s, %s, %s::interval, %s::interval)", [one, other, age, GIVEN]
        )
        return bool(cursor.fetchone()[0])


def may_not_move(
    asker: int, *, roles: Roles = None, payers: Iterable[Person] = (), payees: Iterable[Person] = ()
) -> set[int]:
    """The ids of those people who may not move money, for a caller that checks many people at once."""
    return _asked(asker, roles, payers, payees)[1]


def _asked(
    asker: int, roles: Roles, payers: Iterable[Person], payees: Iterable[Person]
) -> tuple[dt.datetime, set[int]]:
    """The database's time and the people who may not: in one statement, since a transfer needs both."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp(), accounts_may_not_move(%s, %s::text[], %s::bigint[], %s::bigint[])",
            [asker, None if roles is None else list(roles), list(payers), list(payees)],
        )
        now, may_not = cursor.fetchone()
    return now, set(may_not)

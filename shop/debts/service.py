"""Setting how much a member or a role may owe, and bringing it into the ledger.

The ledger's floors know wallets alone. Roles, the rules' default and new members come to them by a job (`apply_limits`)
which looks at every member whose floor was set to something else than what counts now. So registration need not know
of the shop, and a member who was registered while the worker was away gets the limit a little later. A limit that was
set by hand is in the ledger at once, and no change of a default touches it.
"""

from __future__ import annotations

import logging
from functools import partial

from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from accounts.people.errors import OwnAccount
from accounts.people.roles import TREASURY
from accounts.people.standing import require_may_move
from conversion.errors import NotFound
from conversion.money import Currency, Money
from events.notices import tell
from ledger.exchange import NOT_CONVERTED, converted
from ledger.floors import set_floor
from ledger.kinds import MEMBER
from ledger.models import Wallet
from ledger.transactions import in_one_transaction
from payments.owners import wallet_of
from shop.rules.queries import current

from .errors import OwnGroup
from .kinds import LIMIT_SET, OWING
from .limits import Asked, asked_of, due, newest_of
from .models import AppliedLimit, Limit
from .queries import owing

log = logging.getLogger(__name__)

REMINDED_EVERY = "7 days"


def set_limit(*, by: User, member: User, limit: Money | None, reason: str) -> None:
    """Lets the member owe up to `limit`, in the currency of their wallet, from now on. The member is told.

    None takes back what was set for this member, so that their role or the rules count again. A limit below what is
    owed counts at once for purchases; the ledger's floor follows as the debt is paid back.
    Raises OwnAccount, AccountFrozen, RoleMissing, NotFound, ConversionDown, Busy.
    """
    wallet = wallet_of(member)
    if wallet.purpose != MEMBER:
        raise NotFound  # merchants owe nothing
    if by.pk == member.pk:
        raise OwnAccount
    following = asked_of(member.role) if limit is None else None
    in_force = limit if following is None else _in_currency(following, wallet.currency)
    assert in_force is not None

    def decide() -> None:
        require_may_move(by.pk, roles=TREASURY)
        row = Limit.objects.create(
            user=member,
            limit_minor=None if limit is None else limit.minor,
            currency_code=wallet.currency_code,
            reason=reason,
            made_by=by,
        )
        asked = following or Asked(row, in_force)
        _apply(wallet, asked, in_force, by=by.pk, reason=reason)
        tell(member.pk, LIMIT_SET, actor=by.pk, amount=in_force)

    in_one_transaction(decide, wallets=[wallet.pk])


def set_limit_of_role(*, by: User, role: str, limit: Money | None, reason: str) -> None:
    """Lets everybody with this role owe up to `limit`, unless they have one of their own. A job applies it.

    None takes it back, so that the rules' default counts. Raises OwnGroup, AccountFrozen, RoleMissing, Busy.
    """
    if by.role == role:
        raise OwnGroup

    def decide() -> None:
        require_may_move(by.pk, roles=TREASURY)
        code = limit.code if limit is not None else current().currency_code
        Limit.objects.create(
            role=role, limit_minor=None if limit is None else limit.minor, currency_code=code, reason=reason, made_by=by
        )

    in_one_transaction(decide)


def apply_limits() -> int:
    """Sets the floors of members whose limit is now another one: by their role, by the rules, or a new member's.

    Returns how many. A limit that must be converted waits while the conversion service does not answer.
    """
    done = 0
    known: dict[tuple[Money, Currency], Money | None] = {}
    for wallet, asked in due():
        key = (asked.amount, wallet.currency)
        if key not in known:
            try:
                known[key] = _in_currency(asked, wallet.currency)
            except NOT_CONVERTED as error:
                log.warning("limits of %s wait: %s", wallet.currency_code, error)
                known[key] = None
        if (limit := known[key]) is not None:
            done += in_one_transaction(partial(_follow, wallet, asked, limit), wallets=[wallet.pk])
    return done


def remind() -> int:
    """Tells members who have owed money for longer than the rules say, at most once a week. Returns how many."""
    days = current().debt_reminder_days
    return sum(remind_of(wallet) for wallet in owing(days=days))


def remind_of(wallet: Wallet) -> bool:
    """Tells its member of the debt, unless that was done within a week. Returns whether it did."""
    return in_one_transaction(partial(_remind, wallet))


def _in_currency(asked: Asked, unit: Currency) -> Money:
    """The limit in the member's currency, at today's rate. Raises ConversionDown, AmountTooLarge."""
    return converted(asked.amount, to=unit).target if asked.amount else Money(0, unit)


def _follow(wallet: Wallet, asked: Asked, limit: Money) -> bool:
    """Applies what a role or the rules say, unless a treasurer set the member's own limit meanwhile."""
    own = newest_of(wallet.owner_id)
    if own is not None and own.limit_minor is not None and own != asked.row:
        return False
    before = AppliedLimit.objects.filter(wallet=wallet).values_list("limit_minor", flat=True).first()
    _apply(wallet, asked, limit, by=asked.made_by, reason=asked.reason)
    if before is not None and before != limit.minor:  # a new member reads it on the page of the shop
        tell(wallet.owner_id, LIMIT_SET, actor=None, amount=limit)
    return True


def _apply(wallet: Wallet, asked: Asked, limit: Money, *, by: int | None, reason: str) -> None:
    """Only inside a money transaction that has locked the wallet, which orders those who set its limit."""
    set_floor(wallet, -limit, made_by=by, reason=reason)
    row = AppliedLimit(
        wallet=wallet,
        limit=asked.row,
        asked_minor=asked.amount.minor,
        currency_code=asked.amount.code,
        limit_minor=limit.minor,
        applied_at=Now(),
    )
    AppliedLimit.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["wallet"],
        update_fields=["limit", "asked_minor", "currency_code", "limit_minor", "applied_at"],
    )


def _remind(wallet: Wallet) -> bool:
    """One statement decides whether a week has passed, so two workers remind once."""
    owes = -Wallet.objects.get(pk=wallet.pk).settled
    if owes.minor <= 0:  # it was paid back since the wallet was found
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO shop_reminder AS r (wallet_id, told_at) VALUES (%s, clock_timestamp())
               ON CONFLICT (wallet_id) DO UPDATE SET told_at = excluded.told_at
                WHERE r.told_at <= clock_timestamp() - %s::interval RETURNING 1""",
            [wallet.pk, REMINDED_EVERY],
        )
        is_due = cursor.fetchone() is not None
    if is_due:
        tell(wallet.owner_id, OWING, actor=None, amount=owes)
    return is_due

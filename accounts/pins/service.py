"""Resetting a PIN by two people of staff, for a person who stands before them and has lost PIN and password.

Nobody but the person ever sees the new PIN: staff give a code, which works once and for 15 minutes, and with which the
person sets a PIN of their own choice. That PIN pays small amounts only until the person has proven themselves in
another way: by a letter to a confirmed address, by the password, or, without such an address, by UNCONTESTED days in
which they did not say that it was not them.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from allauth.account.models import EmailAddress
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now

from accounts.people.models import User
from accounts.people.roles import ADMINISTRATORS, PIN_RESETS
from accounts.people.standing import may_not_move, require_may_move, require_two
from events.notices import tell

from .errors import CodeWrong, ResetIsClosed, ResetNeedsAnother, StarterBarred
from .kinds import RESET_AGREED, RESET_STOPPED, RESET_USED
from .models import PinReset
from .queries import AGREED, LIMITED, STARTED

Status = PinReset.Status
ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that looks like something else
CODE_LENGTH = 10  # 50 random bits, tried at most some ten times a minute (views.py)
UNCONTESTED = dt.timedelta(days=7)


def start(*, by: User, member: User, recognised: str) -> PinReset:
    """Starts a reset, and cancels one of this person that waits. `recognised` says how they were recognised.

    Raises OwnAccount, RoleMissing, AccountFrozen.
    """
    with transaction.atomic():
        _lock(member.pk)
        require_may_move(by.pk, roles=PIN_RESETS, payees=[member.pk])
        open_ones = PinReset.objects.filter(member=member, status__in=(Status.STARTED, Status.AGREED))
        open_ones.update(status=Status.CANCELLED, ended_at=Now())
        return PinReset.objects.create(member=member, started_by=by, recognised=recognised)


def agree(*, by: User, reset: PinReset) -> str:
    """A second person of staff agrees. Returns the code in clear text, which is shown once and cannot be read again.

    Raises ResetNeedsAnother, ResetIsClosed, StarterBarred, RoleTooNew, OwnAccount, RoleMissing, AccountFrozen.
    """
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    with transaction.atomic():
        _lock(reset.member_id)
        require_may_move(by.pk, roles=PIN_RESETS, payees=[reset.member_id])
        if by.pk == reset.started_by_id:
            raise ResetNeedsAnother
        if may_not_move(reset.started_by_id, roles=PIN_RESETS):
            raise StarterBarred
        require_two(reset.started_by_id, by.pk)
        if not PinReset.objects.filter(STARTED, pk=reset.pk).update(
            status=Status.AGREED, agreed_by=by, agreed_at=Now(), code_digest=_digest(code)
        ):
            raise ResetIsClosed
        tell(reset.member_id, RESET_AGREED, actor=by.pk)
    return code


def cancel(reset: PinReset) -> None:
    """Staff cancel a reset whose code was not used. Raises ResetIsClosed."""
    open_ones = PinReset.objects.filter(pk=reset.pk, status__in=(Status.STARTED, Status.AGREED))
    if not open_ones.update(status=Status.CANCELLED, ended_at=Now()):
        raise ResetIsClosed


def use(*, code: str, pin: str) -> PinReset:
    """The person sets a new PIN with the code. The old PIN stops. Raises CodeWrong, AccountFrozen.

    What the person has spent today with a PIN of an earlier reset stays counted.
    """
    given = PinReset.objects.filter(AGREED, code_digest=_digest(code))
    with transaction.atomic():
        member_id = given.values_list("member", flat=True).first()
        member = None if member_id is None else _lock(member_id)
        if member is None or (reset := given.first()) is None:  # asked again, under the lock
            raise CodeWrong
        require_may_move(member.pk)
        # Locked, so that a payment with the former PIN is counted before, or counts on the new reset.
        before = PinReset.objects.select_for_update(no_key=True).filter(member=member, status=Status.USED).first()
        if before is not None:
            _end(before, Status.CANCELLED)
        has_address = EmailAddress.objects.filter(user=member, verified=True).exists()
        given.update(
            status=Status.USED,
            used_at=Now(),
            limited_until=None if has_address else Now() + UNCONTESTED,
            spent_on=before and before.spent_on,
            spent_minor=before.spent_minor if before else 0,
        )
        member.set_pin(pin)
        tell(member.pk, RESET_USED, actor=reset.agreed_by_id)
    reset.member = member
    return reset


def keep(member: User) -> bool:
    """The person has proven themselves: their PIN is no longer limited. Returns False where there was no limit."""
    kept = PinReset.objects.filter(LIMITED, member=member)
    return bool(kept.update(status=Status.KEPT, ended_at=Now()))


def stop(reset: PinReset) -> None:
    """The person says that it was not them: the code no longer works, nor does a PIN that was set with it.

    Who agreed, who started it, and all administrators are told. Raises ResetIsClosed.
    """
    with transaction.atomic():
        member = _lock(reset.member_id)
        found = PinReset.objects.filter(STARTED | AGREED | LIMITED, pk=reset.pk).first()
        if found is None:
            raise ResetIsClosed
        if found.status == Status.USED:
            member.pin_hash = ""
            member.save(update_fields=["pin_hash"])
        _end(found, Status.STOPPED)
        told = User.objects.filter(
            Q(pk__in=[found.started_by_id, found.agreed_by_id or 0]) | Q(role__in=ADMINISTRATORS, is_active=True)
        )
        for person in told.exclude(pk=member.pk):
            tell(person.pk, RESET_STOPPED, actor=member.pk)


def spend(member: int, minor: int, *, zone: str) -> int | None:
    """Counts a payment of `minor` with a limited PIN, inside its money transaction.

    Returns what was paid so today, with it; None where the PIN is no longer limited. `zone` is where the day begins.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE accounts_pinreset
                  SET spent_minor = CASE WHEN spent_on = today THEN spent_minor ELSE 0 END + %s, spent_on = today
                 FROM (SELECT (clock_timestamp() AT TIME ZONE %s)::date AS today) clock
                WHERE member_id = %s AND status = 'used'
                  AND (limited_until IS NULL OR limited_until > clock_timestamp())
               RETURNING spent_minor""",
            [minor, zone, member],
        )
        row = cursor.fetchone()
    return row and row[0]


def _lock(member: int) -> User:
    """The person's row, locked: their resets and their PIN change one after another."""
    return User.objects.select_for_update(no_key=True).get(pk=member)


def _end(reset: PinReset, status: str) -> None:
    PinReset.objects.filter(pk=reset.pk).update(status=status, ended_at=Now())


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode()).hexdigest()

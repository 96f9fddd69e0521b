"""The six-digit PIN: hashing it, and verifying it with at most five tries.

A slow hash cannot protect six digits. So the hash has a pepper that is not in the database, and after five wrong tries
the PIN is locked. The tries for one person's PIN run one after another, and each result is known only after its count
is committed. So guessing in parallel gains nothing. (An earlier version counted first and compared later. It locked out
people whose form was sent several times.)
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from itertools import pairwise

from django.conf import settings
from django.db import connection, transaction

from conversion.errors import Refused
from conversion.money import Money
from events.notices import tell

from .errors import PinLocked, PinMissing, PinNotIssued, PinWrong
from .kinds import PIN_LOCKED

MOST_TRIES = 5
LOCKED_FOR = "15 minutes"
LINE = 0x50494E  # "PIN" in ASCII: the first key of the advisory locks that this module takes
PIN = re.compile(r"\A[0-9]{6}\Z", re.ASCII)


def needs_pin(amount: Money) -> bool:
    """Whether a payment of this amount needs the PIN."""
    return amount.minor > settings.PIN_REQUIRED_ABOVE


def new_pin() -> str:
    return f"{secrets.randbelow(10**6):06}"


def new_salt() -> str:
    return secrets.token_hex(16)


def is_easily_guessed(pin: str) -> bool:
    """Whether the PIN is one digit six times, a run (345678, 987654), or a repeated pair or triple (121212, 246246)."""
    steps = {(int(after) - int(before)) % 10 for before, after in pairwise(pin)}
    return steps in ({0}, {1}, {9}) or pin == pin[:2] * 3 or pin == pin[:3] * 2


def hashed(pin: str, *, salt: str) -> str:
    """`salt$digest`, by HMAC-SHA256 under PIN_PEPPER."""
    digest = hmac.new(settings.PIN_PEPPER.encode(), f"{salt}{pin}".encode(), hashlib.sha256).hexdigest()
    return f"{salt}${digest}"


def verify(user: int, pin: str) -> bool:
    """Verifies a PIN and counts a wrong try. `user` is the person's id. Raises PinMissing, PinLocked, PinWrong.

    Returns whether this PIN pays small amounts only, because it was set with a code from staff (`models.py`).

    It runs in a transaction of its own, so that the count stays when a later transaction is rolled back.
    """
    if not pin:
        raise PinMissing
    with transaction.atomic(durable=True):
        refusal, is_limited = _checked(user, pin)
    if refusal:  # raised after COMMIT: inside, the exception would roll the count back
        raise refusal
    return is_limited


def _checked(user: int, pin: str) -> tuple[Refused | None, bool]:
    """The refusal of this try, or None for the right PIN; and whether the PIN is limited.

    Tries for one person's PIN are checked one after another.

    They wait for an advisory lock and not for a lock of the row. A row lock is a write, so even the right PIN, which
    most tries are, would wait for the disk. The row is read after the lock by a second statement, which sees the count
    of the try before.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT pg_advisory_xact_lock(%s, %s);
               SELECT pin_hash, pin_failures, pin_locked_until, pin_locked_until > clock_timestamp(),
                      EXISTS (SELECT FROM accounts_pinreset WHERE member_id = %s AND status = 'used'
                                 AND (limited_until IS NULL OR limited_until > clock_timestamp()))
                 FROM accounts_user WHERE id = %s""",
            [LINE, user % 2**31, user, user],  # an advisory lock's second key has 32 bits, with a sign
        )
        stored, failures, until, is_locked, is_limited = cursor.fetchone()
        if not stored:
            return PinNotIssued(), is_limited
        if is_locked:
            return PinLocked(until), is_limited
        if until is not None:  # the lock has ended, so the person has five tries again
            failures = 0
        if _matches(stored, pin):
            if failures or until:
                cursor.execute(
                    "UPDATE accounts_user SET pin_failures = 0, pin_locked_until = NULL WHERE id = %s", [user]
                )
            return None, is_limited
        cursor.execute(
            """UPDATE accounts_user
                  SET pin_failures = %s, pin_locked_until = CASE WHEN %s THEN clock_timestamp() + %s::interval END
                WHERE id = %s RETURNING pin_locked_until""",
            [failures + 1, failures + 1 >= MOST_TRIES, LOCKED_FOR, user],
        )
        (until,) = cursor.fetchone()
    if until:
        tell(user, PIN_LOCKED, actor=None)
    return (PinLocked(until) if until else PinWrong(MOST_TRIES - failures - 1)), is_limited


def _matches(stored: str, pin: str) -> bool:
    salt = stored.partition("$")[0]
    return bool(salt) and PIN.match(pin) is not None and hmac.compare_digest(stored, hashed(pin, salt=salt))

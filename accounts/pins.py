"""The six-digit PIN. A slow hash cannot save six digits, so: a pepper outside the database, and five tries.

Every try is counted in its own committed transaction *before* it is compared, so guessing in parallel gains nothing.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection

from payments.exceptions import PinLocked, PinMissing, PinWrong

if TYPE_CHECKING:
    from .models import User

MOST_TRIES = 5
LOCKED_FOR = "15 minutes"
PIN = re.compile(r"\A[0-9]{6}\Z", re.ASCII)


def new_pin() -> str:
    return f"{secrets.randbelow(10**6):06}"


def hashed(pin: str, *, salt: str) -> str:
    """`salt$digest`, by HMAC-SHA256 under PIN_PEPPER."""
    digest = hmac.new(settings.PIN_PEPPER.encode(), f"{salt}{pin}".encode(), hashlib.sha256).hexdigest()
    return f"{salt}${digest}"


def verify(user: User, pin: str) -> None:
    """Raises PinMissing, PinLocked, PinWrong. Outside of any transaction: the count must outlive what follows."""
    assert not connection.in_atomic_block
    if not pin:
        raise PinMissing
    tries = _count_a_try(user)
    if PIN.match(pin) and _matches(user, pin):
        _forget_tries(user)
        return
    if tries >= MOST_TRIES:
        raise PinLocked(_locked_until(user))
    raise PinWrong(MOST_TRIES - tries)


def _count_a_try(user: User) -> int:
    """One statement, so that of many at once each gets a number of its own. Raises PinLocked."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE accounts_user
                  SET pin_failures = CASE WHEN pin_locked_until IS NULL THEN pin_failures + 1 ELSE 1 END,
                      pin_locked_until = CASE WHEN pin_locked_until IS NULL AND pin_failures + 1 >= %s
                                              THEN clock_timestamp() + %s::interval END
                WHERE id = %s AND (pin_locked_until IS NULL OR pin_locked_until <= clock_timestamp())
            RETURNING pin_failures""",
            [MOST_TRIES, LOCKED_FOR, user.pk],
        )
        row = cursor.fetchone()
    if row is None:
        raise PinLocked(_locked_until(user))
    return row[0]


def _matches(user: User, pin: str) -> bool:
    user.refresh_from_db(fields=["pin_hash"])
    salt = user.pin_hash.partition("$")[0]
    return bool(salt) and hmac.compare_digest(user.pin_hash, hashed(pin, salt=salt))


def _forget_tries(user: User) -> None:
    type(user).objects.filter(pk=user.pk).update(pin_failures=0, pin_locked_until=None)


def _locked_until(user: User):
    user.refresh_from_db(fields=["pin_locked_until"])
    return user.pin_locked_until

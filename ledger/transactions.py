"""Money transactions: one SERIALIZABLE database transaction that takes its locks first and is retried as a whole.

No other module begins such a transaction. Every money transaction takes its locks in the same order, so that none waits
for another in a circle: the lock set (before the snapshot), the application's rows, wallets by id, holds, the key.
"""

from __future__ import annotations

import logging
import random
import re
import time
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, InterfaceError, connection, transaction

from web import outages

from .errors import Busy, ClockIsWrong, DiskFull, InDoubt

T = TypeVar("T")
log = logging.getLogger(__name__)

SERIALIZABLE = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"
REPEATABLE_READ = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
STRIPES = 256
MOST_TRIES = 12
MOST_SECONDS = 3.0

SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"
UNIQUE_VIOLATION = "23505"
LOCK_TIMEOUT, STATEMENT_TIMEOUT = "55P03", "57014"
TIMESTAMP_REFUSED = "22008"  # raised by ledger_require_now
# The names of unique constraints over keys. If one of them is violated, another transaction has used the same key
# meanwhile. The next try reads what it stored.
KEY = re.compile(r"\w+_key_(books_)?once_per_\w+")


class WithIt(Generic[T]):
    """What another room stores in the money transaction, such as the answer to a JSON key.

    `write` gets what the transaction decided. The money and what `write` stores are committed together or not at all:
    if `write` raises, nothing was booked. An object serves one transaction only, so that a service with two
    transactions cannot store the same thing twice.
    """

    def __init__(self, write: Callable[[T], object]) -> None:
        self.write, self._is_taken = write, False

    def take(self) -> None:
        """Marks it as used by a transaction. A transaction calls this once, however often it is tried."""
        assert not self._is_taken, "a WithIt serves one money transaction, and was passed to a second one"
        self._is_taken = True


def in_one_transaction(
    decide: Callable[[], T],
    *,
    wallets: Iterable[int] = (),
    also_lock: Iterable[str] = (),
    with_it: WithIt[T] | None = None,
) -> T:
    """Runs `decide` in one SERIALIZABLE transaction, commits, and returns what `decide` returned.

    `wallets` are the ids of the wallets whose rows will change, and `also_lock` the names of other rows that will, such
    as "stock:7": the lock set. `decide` may run several times. So it must keep no state from an earlier try, do nothing
    outside the database, and not catch database errors. `with_it` is written at the end of each try.

    After a lost connection the outcome is unknown. Then `decide` runs again, and the key in it decides.

    Raises Busy after MOST_TRIES or MOST_SECONDS, and DiskFull: nothing was booked. Raises InDoubt if a COMMIT got no
    answer and no later try got one either. Raises ClockIsWrong if the timestamp is too far from the database's clock.
    """
    if with_it:
        with_it.take()
    lock, in_doubt = _lock_statement(wallets, also_lock), False
    give_up_at = time.monotonic() + MOST_SECONDS
    for tried in range(1, MOST_TRIES + 1):
        is_decided, session = False, None
        try:
            # Durable: within another transaction, a retry would not get a new snapshot.
            with transaction.atomic(durable=True), _beginning_with(SERIALIZABLE + lock):
                session = connection.connection
                decided = decide()
                if with_it:
                    with_it.write(decided)
                is_decided = True
            return decided
        except (DatabaseError, InterfaceError) as error:  # outside the `with`, because COMMIT may fail with 40001, too
            # A connection lost before the decision was complete committed nothing. One lost later may have committed.
            # COMMIT has nothing that the driver itself could refuse.
            is_lost = outages.is_lost(error, session) or (is_decided and outages.sqlstate(error) is None)
            in_doubt = in_doubt or (is_decided and is_lost)
            # Without this, "busy" would claim that nothing was booked.
            if in_doubt and _ends_at_once(error):
                raise InDoubt from error
            _raise_unless_worth_retrying(error, is_lost)
            log.debug("try %s failed: %s", tried, error)
            if time.monotonic() > give_up_at:
                break
            time.sleep(random.uniform(0, min(0.002 * 2**tried, 0.25)))  # noqa: S311 - jitter, not a secret
    log.warning("gave up after %s tries", tried)
    raise InDoubt if in_doubt else Busy


def moving_nothing(act: Callable[[], T], *, wallets: Iterable[int] = (), also_lock: Iterable[str] = ()) -> T:
    """Runs `act` at REPEATABLE READ with the lock set. It is for settling and sealing, which move no money.

    It is not retried: the worker's next run, or the next payment, does it again. Raises Busy.
    """
    session = None
    try:
        with transaction.atomic(durable=True), _beginning_with(REPEATABLE_READ + _lock_statement(wallets, also_lock)):
            session = connection.connection
            return act()
    except (DatabaseError, InterfaceError) as error:
        _raise_unless_worth_retrying(error, outages.is_lost(error, session))
        raise Busy from error


def _lock_statement(wallets: Iterable[int], names: Iterable[str] = ()) -> str:
    """SQL that locks the stripes of these wallets and names, to be sent before the first query.

    LOCK TABLE and SET TRANSACTION take no snapshot. So a transaction that waits for this lock takes its snapshot
    afterwards, and sees what the earlier transactions wrote. If it waited for a row instead, it would fail with 40001
    when the other transaction commits.
    """
    # Sorted: all transactions lock in the same order, so no two wait for each other.
    numbers = [*wallets, *(zlib.crc32(name.encode()) for name in names)]
    stripes = sorted({number % STRIPES for number in numbers})
    if not stripes:
        return ""
    # This mode conflicts with itself.
    return f"; LOCK TABLE {', '.join(f'stripes.s{stripe:03}' for stripe in stripes)} IN SHARE UPDATE EXCLUSIVE MODE"


@contextmanager
def _beginning_with(words: str) -> Iterator[None]:
    """Sends `words` together with the first statement of the block, in one message. This saves one round trip."""

    def say(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal words
        before, words = words, ""
        return execute(f"{before}; {sql}" if before else sql, params, many, context)

    with connection.execute_wrapper(say):
        yield


def _raise_unless_worth_retrying(error: DatabaseError | InterfaceError, is_lost: bool) -> None:
    """Returns if another try may succeed. Otherwise raises Busy, DiskFull, ClockIsWrong, or `error` itself."""
    code = outages.sqlstate(error)
    is_of_a_key = code == UNIQUE_VIOLATION and KEY.fullmatch(constraint_of(error) or "")
    if is_of_a_key or code in (SERIALIZATION_FAILURE, DEADLOCK):
        return
    if refusal := _ends_at_once(error):
        log.warning("%s: %s", refusal.code, error, extra={"outage": refusal.code if refusal is DiskFull else None})
        raise refusal from error
    if code == TIMESTAMP_REFUSED:
        raise ClockIsWrong from error
    if not is_lost:
        raise error
    connection.close()  # the next try opens a new one, and the key tells whether this try was committed


def _ends_at_once(error: DatabaseError | InterfaceError) -> type[Busy | DiskFull] | None:
    """What to raise where another try is useless: the time for a lock or statement is used up, or the disk is full."""
    code = outages.sqlstate(error)
    if code == outages.DISK_FULL:
        return DiskFull
    return Busy if code in (LOCK_TIMEOUT, STATEMENT_TIMEOUT) else None


def constraint_of(error: Exception) -> str | None:
    """The name of the constraint that was violated; None if the error has another cause."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)

"""How money is written: in one SERIALIZABLE transaction, with locks taken first, retried as a whole.

No other module begins such a transaction. The order of locks is a law: the lock set (before the snapshot), then the
application's rows, then wallets by id, then the key.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Generic, TypeVar

from django.db import DatabaseError, InterfaceError, OperationalError, connection, transaction

from .errors import Busy, ClockIsWrong, InDoubt

T = TypeVar("T")

SERIALIZABLE = "SET TRANSACTION ISOLATION LEVEL SERIALIZABLE"
REPEATABLE_READ = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"
STRIPES = 256
MOST_TRIES = 12
MOST_SECONDS = 3.0

SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"
UNIQUE_VIOLATION = "23505"
LOCK_TIMEOUT, STATEMENT_TIMEOUT, IDLE_TIMEOUT = "55P03", "57014", "25P03"
TIMESTAMP_REFUSED = "22008"
CONNECTION_LOST = (
    "08",
    "57P",
    "53",
)  # classes: connection exceptions, the server going down or coming up, out of something
KEYS = {
    "transfer_key_books_once_per_maker",
    "hold_key_once_per_maker",
    "request_key_once_per_requester",
    "quote_key_once_per_maker",
}


class WithIt(Generic[T]):
    """What another room writes in the money transaction from what was decided there, such as the answer to a key.

    Both are stored, or neither is: if `write` raises, nothing was booked. It goes with one transaction, so a service
    that makes two of them cannot write it twice.
    """

    def __init__(self, write: Callable[[T], object]) -> None:
        self.write, self._is_taken = write, False

    def take(self) -> None:
        """For one transaction, however often that is tried."""
        assert not self._is_taken, "what goes with one money transaction was passed on to a second one"
        self._is_taken = True


def in_one_transaction(decide: Callable[[], T], *, wallets: Iterable[int] = (), with_it: WithIt[T] | None = None) -> T:
    """What `decide` answers, decided and written in one SERIALIZABLE transaction that saw everything before it.

    `wallets` are the ids of those whose rows will change. `decide` may run several times: it gets no state from an
    earlier try, does nothing outside the database, and lets database errors pass. When the connection is lost the
    outcome is unknown, so it runs again and the key in it decides. `with_it` is written at the end of each try.

    Raises Busy after MOST_TRIES or MOST_SECONDS: nothing was booked; or InDoubt, if a COMMIT got no answer and nothing
    answers that could tell.
    """
    if with_it:
        with_it.take()
    lock, in_doubt = _lock_statement(wallets), False
    give_up_at = time.monotonic() + MOST_SECONDS
    for tried in range(1, MOST_TRIES + 1):
        is_decided = False
        try:
            with transaction.atomic(durable=True), _beginning_with(SERIALIZABLE + lock):
                decided = decide()
                if with_it:
                    with_it.write(decided)
                is_decided = True
            return decided
        except (DatabaseError, InterfaceError) as error:  # outside the `with`: COMMIT, too, may say 40001
            in_doubt = in_doubt or (is_decided and _is_lost(error))
            if in_doubt and _says_busy(error):
                raise InDoubt from error
            _raise_unless_worth_retrying(error)
            if time.monotonic() > give_up_at:
                break
            time.sleep(random.uniform(0, min(0.002 * 2**tried, 0.25)))  # noqa: S311 - jitter, not a secret
    raise InDoubt if in_doubt else Busy


def moving_nothing(act: Callable[[], T], *, wallets: Iterable[int] = ()) -> T:
    """Runs `act` at REPEATABLE READ with `wallets` locked: for settling and for making seals, which move no money.

    It is not retried: the worker's next turn, or whoever wants to spend, does it again. Raises Busy.
    """
    try:
        with transaction.atomic(durable=True), _beginning_with(REPEATABLE_READ + _lock_statement(wallets)):
            return act()
    except (DatabaseError, InterfaceError) as error:
        _raise_unless_worth_retrying(error)
        raise Busy from error


def _lock_statement(wallets: Iterable[int]) -> str:
    """SQL that locks the stripes of these wallets. LOCK TABLE and SET TRANSACTION take no snapshot.

    So a transaction waits for those before it *before* its snapshot, and sees what they wrote. If it waited for a row,
    it would fail with 40001 as soon as the other one commits.
    """
    stripes = sorted({wallet % STRIPES for wallet in wallets})
    if not stripes:
        return ""
    return f"; LOCK TABLE {', '.join(f'stripes.s{stripe:03}' for stripe in stripes)} IN SHARE UPDATE EXCLUSIVE MODE"


@contextmanager
def _beginning_with(words: str) -> Iterator[None]:
    """Says `words` in front of the first statement within, in one message with it: a round trip less each time."""

    def say(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        nonlocal words
        before, words = words, ""
        return execute(f"{before}; {sql}" if before else sql, params, many, context)

    with connection.execute_wrapper(say):
        yield


def _raise_unless_worth_retrying(error: DatabaseError | InterfaceError) -> None:
    code = getattr(error.__cause__, "pgcode", None)
    if code in (SERIALIZATION_FAILURE, DEADLOCK) or (code == UNIQUE_VIOLATION and constraint_of(error) in KEYS):
        return
    if _says_busy(error):
        raise Busy from error
    if code == TIMESTAMP_REFUSED:
        raise ClockIsWrong from error
    if not _is_lost(error):
        raise error
    connection.close()  # whether it was committed nobody knows: the key will tell


def _says_busy(error: DatabaseError | InterfaceError) -> bool:
    return getattr(error.__cause__, "pgcode", None) in (LOCK_TIMEOUT, STATEMENT_TIMEOUT)


def _is_lost(error: DatabaseError | InterfaceError) -> bool:
    """The connection, and with it what the server would have said."""
    code = getattr(error.__cause__, "pgcode", None)
    if code is None:
        return isinstance(error, OperationalError | InterfaceError)
    return code == IDLE_TIMEOUT or code.startswith(CONNECTION_LOST)


def constraint_of(error: Exception) -> str | None:
    """The name of the constraint that the database says was broken, if it was one."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)

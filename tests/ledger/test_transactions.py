"""How a money transaction ends: decided, tried again, or given up with the right exception.

The errors are real: the database raises them, with the SQLSTATE that a test asks for.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any
from unittest import mock
from uuid import uuid4

import psycopg2
from django.apps import apps
from django.conf import settings
from django.db import DatabaseError, DataError, IntegrityError, InterfaceError, connection
from django.db.models import UniqueConstraint

from conversion.money import Money
from events.models import Notification
from events.notices import tell
from ledger import transactions as db
from ledger.errors import Busy, ClockIsWrong, DiskFull, InDoubt
from payments.transfers.kinds import RECEIVED
from tests.base import MoneyTestCase
from tests.cast import person
from tests.runner import as_role


class Decision:
    """A decision that fails once for each of `troubles`, in order, and then answers "decided".

    A trouble is an SQLSTATE, which the database then raises, or a function to call. Counts `tries` and the database
    `sessions` that they ran in.
    """

    def __init__(self, *troubles: str | Callable[[], Any], constraint: str = "") -> None:
        self.troubles, self.constraint = list(troubles), constraint
        self.tries = 0
        self.sessions: set[int] = set()

    def __call__(self) -> str:
        self.tries += 1
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.sessions.add(cursor.fetchone()[0])
        trouble = self.troubles.pop(0) if self.troubles else None
        if isinstance(trouble, str):
            with connection.cursor() as cursor:
                words = f"ERRCODE = '{trouble}', CONSTRAINT = '{self.constraint}'"
                cursor.execute(f"DO $$ BEGIN RAISE EXCEPTION 'trouble' USING {words}; END $$")
        elif trouble:
            trouble()
        return "decided"


def session_ends() -> None:
    """PostgreSQL ends our session: the next statement, even if it is COMMIT, gets no answer."""
    pid = connection.connection.get_backend_pid()
    as_role(settings.DATABASES["default"], "postgres", [f"SELECT pg_terminate_backend({pid}, 2000)"])


def session_ends_and_it_shows() -> None:
    """Ends our session and runs a statement, so that the loss is noticed before COMMIT."""
    session_ends()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


class Deciding(MoneyTestCase):
    def setUp(self) -> None:
        """Replaces the waits between tries: `self.waits` holds the (least, most) seconds of each instead."""
        self.waits: list[float] = []
        for patch in (
            mock.patch.object(time, "sleep", self.waits.append),
            mock.patch.object(random, "uniform", lambda least, most: (least, most)),
        ):
            patch.start()
            self.addCleanup(patch.stop)

    def decided(self, *troubles: str | Callable[[], Any], constraint: str = "") -> Decision:
        """Asserts that a money transaction is decided in spite of these troubles; returns the decision."""
        decision = Decision(*troubles, constraint=constraint)
        self.assertEqual(db.in_one_transaction(decision), "decided")
        return decision

    def refused(self, error: type[Exception], *troubles: str | Callable[[], Any], constraint: str = "") -> Decision:
        """Asserts that a money transaction with these troubles raises exactly `error`; returns the decision."""
        decision = Decision(*troubles, constraint=constraint)
        with self.assertRaises(error) as raised:
            db.in_one_transaction(decision)
        self.assertIs(type(raised.exception), error)
        return decision


class TheWholeDecisionAgain(Deciding):
    """After these errors the whole decision is made again, in a new transaction."""

    def test_after_a_conflict(self) -> None:
        for code in ("40001", "40P01"):
            decision = self.decided(code, code)
            self.assertEqual((decision.tries, len(decision.sessions)), (3, 1), code)

    def test_after_another_took_the_key(self) -> None:
        for name in ("transfer_key_books_once_per_maker", "hold_key_once_per_maker", "quote_key_once_per_maker"):
            self.assertEqual(self.decided("23505", constraint=name).tries, 2)
        self.assertEqual(self.refused(IntegrityError, "23505", constraint="any_other").tries, 1)

    def test_every_key_of_a_person_is_known_by_its_name(self) -> None:
        """Answers of the JSON API are stored in the transaction of the booking, whose key decides before theirs."""
        names = {
            constraint.name
            for model in apps.get_models()
            for constraint in model._meta.constraints
            if isinstance(constraint, UniqueConstraint) and "key" in constraint.fields and len(constraint.fields) > 1
        }
        self.assertGreater(len(names), 5)
        strange = {name for name in names if not db.KEY.fullmatch(name)}
        self.assertEqual(strange, {"answer_once_per_maker_and_key"})

    def test_on_a_new_connection_after_the_old_one_is_lost(self) -> None:
        for code in ("08006", "57P01", "53300", "25P03", session_ends_and_it_shows, session_ends):
            with self.subTest(code):
                decision = self.decided(code)
                self.assertEqual((decision.tries, len(decision.sessions)), (2, 2))

    def test_is_made_twelve_times_with_longer_waits_between(self) -> None:
        decision = self.refused(Busy, *["40001"] * 20)
        self.assertEqual(decision.tries, 12)
        longest = [0.004, 0.008, 0.016, 0.032, 0.064, 0.128, *[0.25] * 6]
        self.assertEqual(self.waits, [(0, most) for most in longest])

    def test_is_not_made_when_its_time_is_over(self) -> None:
        with mock.patch.object(db, "MOST_SECONDS", 0.0):
            self.assertEqual(self.refused(Busy, *["40001"] * 20).tries, 1)
        self.assertEqual(db.MOST_SECONDS, 3.0)


class GivenUpAtOnce(Deciding):
    """After these errors the decision is not tried again."""

    def test_when_others_hold_what_it_needs(self) -> None:
        for code in ("55P03", "57014"):
            self.assertEqual(self.refused(Busy, code).tries, 1)

    def test_when_the_disk_is_full(self) -> None:
        """It once was "busy", again and again for three seconds, as if waiting would help."""
        self.assertEqual(self.refused(DiskFull, "53100").tries, 1)

    def test_when_the_timestamp_is_far_from_the_databases_clock(self) -> None:
        self.assertEqual(self.refused(ClockIsWrong, "22008").tries, 1)

    def test_when_it_is_our_own_mistake(self) -> None:
        self.assertEqual(self.refused(DataError, "22012").tries, 1)

    def test_when_it_is_begun_within_another(self) -> None:
        self.assertEqual(self.refused(RuntimeError, lambda: db.in_one_transaction(lambda: None)).tries, 1)

    def test_when_it_moves_nothing(self) -> None:
        for code, error in (("40001", Busy), ("55P03", Busy), ("53100", DiskFull), ("22012", DataError)):
            decision = Decision(code)
            with self.subTest(code), self.assertRaises(error):
                db.moving_nothing(decision)
            self.assertEqual(decision.tries, 1)

    def test_a_raise_of_ours_passes(self) -> None:
        def refuse() -> None:
            raise LookupError

        self.assertEqual(self.refused(LookupError, refuse).tries, 1)


class InDoubtMeans(Deciding):
    """InDoubt is raised where COMMIT got no answer and no later try could find out whether it had been booked."""

    def test_that_commit_was_asked_for(self) -> None:
        self.assertEqual(self.refused(InDoubt, session_ends, "55P03").tries, 2)
        self.assertEqual(self.refused(InDoubt, session_ends, "57014").tries, 2)
        self.assertEqual(self.refused(InDoubt, session_ends, *["40001"] * 20).tries, 12)
        self.assertEqual(self.refused(InDoubt, session_ends, "40001", "55P03").tries, 3)

    def test_that_nothing_was_decided_before(self) -> None:
        self.assertEqual(self.refused(Busy, session_ends_and_it_shows, "55P03").tries, 2)
        self.assertEqual(self.refused(Busy, session_ends_and_it_shows, *["40001"] * 20).tries, 12)

    def test_that_nobody_answered_afterwards(self) -> None:
        self.assertEqual(self.decided(session_ends, "40001").tries, 3)
        self.assertEqual(self.refused(DataError, session_ends, "22012").tries, 2)


# What psycopg2 can raise without an SQLSTATE, whatever it is about.
OF_THE_DRIVER = (
    psycopg2.DatabaseError,
    psycopg2.OperationalError,
    psycopg2.InterfaceError,
    psycopg2.InternalError,
    psycopg2.DataError,
    psycopg2.IntegrityError,
    psycopg2.ProgrammingError,
    psycopg2.NotSupportedError,
)


class ALostConnection(Deciding):
    """Is known by the connection and not by the class of the error: psycopg2 reports a loss in several.

    Each class is raised at each message of a transaction: BEGIN with the locks, two statements and COMMIT. The
    connection is lost before the server got the message, or after.
    """

    def booked(self, *, at: str, driver: type[psycopg2.Error], arrives: bool, is_lost: bool = True) -> int:
        """How many notifications a money transaction wrote that met this error once."""
        statements: list[str] = []
        alice, subject = person("alice"), uuid4()

        def fail(send: Callable[[], Any]) -> Any:
            if arrives:
                send()
            if is_lost:
                connection.connection.close()
            with connection.wrap_database_errors:
                raise driver("of the driver")

        def statement(execute: Callable[..., Any], sql: str, *more: Any) -> Any:
            statements.append(sql)
            if len(statements) == {"the first statement": 1, "the last statement": 2}.get(at):
                return fail(lambda: execute(sql, *more))
            return execute(sql, *more)

        commits = [fail] if at == "COMMIT" else []
        commit = connection._commit  # type: ignore[attr-defined]  # django-stubs leave it out

        def commit_or_fail() -> Any:
            return commits.pop()(commit) if commits else commit()

        def decide() -> None:
            tell(alice.pk, RECEIVED, actor=None, amount=Money.of("1", "GBP"), subject=subject)
            with connection.cursor() as cursor:
                cursor.execute("SELECT 1")

        before = Notification.objects.count()
        with connection.execute_wrapper(statement), mock.patch.object(connection, "_commit", commit_or_fail):
            db.in_one_transaction(decide)
        return Notification.objects.count() - before

    def test_at_each_message_and_for_each_class(self) -> None:
        for at in ("the first statement", "the last statement", "COMMIT"):
            for driver in OF_THE_DRIVER:
                for arrives in (False, True):
                    with self.subTest(at, driver=driver.__name__, arrives=arrives):
                        # Nothing here has a key, so what was committed is written again by the second try.
                        twice = at == "COMMIT" and arrives
                        self.assertEqual(self.booked(at=at, driver=driver, arrives=arrives), 1 + twice)

    def test_a_mistake_of_ours_is_no_loss(self) -> None:
        for driver in OF_THE_DRIVER:
            with self.subTest(driver.__name__), self.assertRaises((DatabaseError, InterfaceError)):
                self.booked(at="the last statement", driver=driver, arrives=True, is_lost=False)
        self.assertFalse(Notification.objects.exists())

    def test_commit_has_nothing_that_the_driver_could_refuse(self) -> None:
        for driver in OF_THE_DRIVER:
            with self.subTest(driver.__name__):
                self.assertEqual(self.booked(at="COMMIT", driver=driver, arrives=False, is_lost=False), 1)


class WhatGoesWithIt(Deciding):
    """`WithIt`: what another room writes in the same transaction, after the decision, such as the answer to a key."""

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.answers = person("alice"), list[str]()

    def book(self) -> str:
        tell(self.alice.pk, RECEIVED, actor=None, amount=Money.of("1", "GBP"), subject=uuid4())
        return "booked"

    def test_is_written_with_what_was_decided(self) -> None:
        db.in_one_transaction(self.book, with_it=db.WithIt(self.answers.append))
        with self.assertRaises(ZeroDivisionError):
            db.in_one_transaction(self.book, with_it=db.WithIt(lambda decided: 1 / 0))
        self.assertEqual((self.answers, Notification.objects.count()), (["booked"], 1))

    def test_is_written_again_whenever_the_decision_is_made_again(self) -> None:
        decision = Decision("40001", session_ends)
        db.in_one_transaction(decision, with_it=db.WithIt(self.answers.append))
        self.assertEqual((decision.tries, self.answers), (3, ["decided", "decided"]))  # the first try did not decide

    def test_goes_with_one_transaction_only(self) -> None:
        with_it = db.WithIt(self.answers.append)
        db.in_one_transaction(self.book, with_it=with_it)
        with self.assertRaises(AssertionError):
            db.in_one_transaction(self.book, with_it=with_it)
        self.assertEqual((self.answers, Notification.objects.count()), (["booked"], 1))


class TheLockSet(MoneyTestCase):
    """One of 256 stripes for each wallet, locked in order."""

    def stripes(self) -> list[tuple[str, str]]:
        """The stripes that this session has locked, each with its lock mode."""
        with connection.cursor() as cursor:
            cursor.execute(
                """SELECT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
                    WHERE l.pid = pg_backend_pid() AND l.granted AND c.relnamespace = to_regnamespace('stripes')
                    ORDER BY 1"""
            )
            return cursor.fetchall()

    def test_is_locked_once_for_each_wallet(self) -> None:
        mode = "ShareUpdateExclusiveLock"
        for run in (db.in_one_transaction, db.moving_nothing):
            with self.subTest(run.__name__):
                self.assertEqual(run(self.stripes), [])
                stripes = run(self.stripes, wallets=[300, 7, 255, 263])
                self.assertEqual(stripes, [("s007", mode), ("s044", mode), ("s255", mode)])

    def test_is_taken_in_order_whatever_the_order_of_the_wallets(self) -> None:
        self.assertEqual(db._lock_statement([9, 3, 5]), db._lock_statement({5, 3, 9}))
        self.assertEqual(db._lock_statement([9], ["stock:7"]), db._lock_statement([9], ["stock:7", "stock:7"]))
        self.assertEqual(db._lock_statement([9], ["stock:7"]).count("stripes.s"), 2)
        self.assertLess(db._lock_statement([9, 3]).index("s003"), db._lock_statement([9, 3]).index("s009"))

    def test_moving_nothing_is_repeatable_read_and_durable(self) -> None:
        def isolation() -> str:
            with connection.cursor() as cursor:
                cursor.execute("SHOW transaction_isolation")
                return cursor.fetchone()[0]

        self.assertEqual(db.moving_nothing(isolation), "repeatable read")
        with self.assertRaises(RuntimeError):
            db.in_one_transaction(lambda: db.moving_nothing(isolation))

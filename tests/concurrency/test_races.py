"""Many requests at the same moment, in threads with their own connections: each effect happens once.

Controls switch a guard off and show that the conflict which it prevents then happens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock
from uuid import uuid4

from django.db import DatabaseError, InterfaceError, connection, transaction
from django.test import override_settings

from accounts.models import User
from accounts.pins.errors import PinLocked, PinWrong
from conversion.money import Money
from ledger import transactions as db
from ledger.errors import InsufficientFunds
from ledger.models import Transfer
from payments.models import Quote
from payments.requests import service as requests
from payments.requests.errors import RequestIsClosed
from payments.requests.service import quote_request
from payments.reversals import service as reversals
from payments.reversals.errors import AlreadyUndone
from payments.top_ups.errors import OverTheDailyCap
from payments.top_ups.service import top_up_on_trust
from payments.transfers.service import send_money
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, person, quoted, sent
from tests.patience import times

from .crowd import at_once, session_ended_around_commit


class Races(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")

    def sending(self, quote: Quote) -> Callable[[], Any]:
        return lambda: send_money(payer=quote.maker, quote=quote, pin=PIN)

    def undoing(self, transfer: Transfer) -> Callable[[], Transfer]:
        return lambda: reversals.undo(maker=self.alice, transfer=transfer, key=uuid4())

    def test_a_hundred_spends_of_one_from_ten_are_exactly_ten(self) -> None:
        sent(self.alice, self.bob, "990.00")
        every = [quoted(self.alice, self.bob, "1.00") for _ in range(100)]
        outcomes: Counter[str] = Counter()
        for start in range(0, 100, 25):  # 25 at once, since the web role has a hundred connections in all
            outcomes += at_once([self.sending(quote) for quote in every[start : start + 25]])
        self.assertEqual(outcomes, {"done": 10, InsufficientFunds.__name__: 90})
        self.assertEqual(balance(self.alice), Money.of("0.00", "GBP"))

    @override_settings(PIN_REQUIRED_ABOVE=10**9)
    def test_a_thousand_opposite_transfers_do_not_deadlock(self) -> None:
        each = times(10, 50)  # times 20 threads: 200 transfers, or 1000 with --slow

        def exchange_blows(payer: User, payee: User) -> Callable[[], None]:
            def send() -> None:
                for _ in range(each):
                    send_money(payer=payer, quote=quoted(payer, payee, "1.00"), pin="")

            return send

        there, back = exchange_blows(self.alice, self.bob), exchange_blows(self.bob, self.alice)
        self.assertEqual(at_once([there, back] * 10), {"done": 20})
        self.assertEqual(Transfer.objects.filter(kind="payment", outcome="booked").count(), 20 * each)
        self.assertEqual(balance(self.alice), Money.of("1000.00", "GBP"))

    def test_one_form_sent_many_times_books_once(self) -> None:
        for _ in range(times(5, 20)):
            quote = quoted(self.alice, self.bob, "1.00")
            self.assertEqual(at_once([self.sending(quote)] * 12), {"done": 12})
        self.assertEqual(Transfer.objects.filter(kind="payment").count(), times(5, 20))

    def test_one_request_is_settled_once(self) -> None:
        for _ in range(times(8, 30)):
            asked = requests.ask_for_money(
                requester=self.alice, payer=self.bob, amount=Money.of("1", "GBP"), note="", key=uuid4()
            )
            both = [quote_request(payer=self.bob, payment_request=asked, key=uuid4()) for _ in range(2)]
            outcomes = at_once(
                [
                    *[self.sending(quote) for quote in both],
                    partial(requests.decline_request, payer=self.bob, payment_request=asked),
                    partial(requests.cancel_request, requester=self.alice, payment_request=asked),
                ]
            )
            self.assertEqual(outcomes, {"done": 1, RequestIsClosed.__name__: 3})

    def test_one_transfer_is_undone_once(self) -> None:
        for _ in range(times(5, 20)):
            transfer = sent(self.alice, self.bob, "5")
            outcomes = at_once([self.undoing(transfer)] * 6)
            self.assertEqual(outcomes, {"done": 1, AlreadyUndone.__name__: 5})

    def test_the_daily_cap_holds_for_all_together(self) -> None:
        outcomes = at_once([lambda: top_up_on_trust(member=self.alice, amount=Money.of("30", "GBP"), key=uuid4())] * 8)
        self.assertEqual(outcomes, {"done": 3, OverTheDailyCap.__name__: 5})

    def test_the_pin_is_guessed_five_times_at_most(self) -> None:
        outcomes = at_once([partial(self.alice.verify_pin, f"{guess:06}") for guess in range(20)])
        self.assertEqual(outcomes[PinWrong.__name__], 4)
        self.assertEqual(outcomes[PinLocked.__name__], 16)
        with self.assertRaises(PinLocked):
            self.alice.verify_pin(PIN)


class ThatTheRacesAreReal(MoneyTestCase):
    """Controls: with a guard switched off, what it prevents happens. So the races above are real."""

    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")

    def test_without_the_line_transactions_abort_and_are_retried(self) -> None:
        """The lock set was called "the line"; docs/FIGURES.md quotes this test by that name."""
        aborts = self._aborts(lock_set=True), self._aborts(lock_set=False)
        self.assertEqual(aborts[0], 0)
        self.assertGreater(aborts[1], 0)

    def _aborts(self, *, lock_set: bool) -> int:
        """How many tries of 40 payments fail and are repeated, 20 payments at once, with or without the lock set."""
        aborted = []
        check_error = db._raise_unless_worth_retrying

        def counting(error: DatabaseError | InterfaceError, is_lost: bool) -> None:
            aborted.append(error)
            check_error(error, is_lost)

        every = [quoted(self.alice, self.bob, "0.01") for _ in range(40)]
        statement = db._lock_statement if lock_set else (lambda wallets, names=(): "")
        with (
            mock.patch.object(db, "_raise_unless_worth_retrying", counting),
            mock.patch.object(db, "_lock_statement", statement),
            mock.patch.object(db, "MOST_TRIES", 60),
        ):
            for start in range(0, 40, 20):
                at_once(
                    [partial(send_money, payer=self.alice, quote=quote, pin=PIN) for quote in every[start : start + 20]]
                )
        return len(aborted)


class TheTransaction(MoneyTestCase):
    def test_is_serializable_and_never_nested(self) -> None:
        def isolation() -> str:
            with connection.cursor() as cursor:
                cursor.execute("SHOW transaction_isolation")
                return cursor.fetchone()[0]

        self.assertEqual(db.in_one_transaction(isolation), "serializable")
        with self.assertRaises(RuntimeError), transaction.atomic():
            db.in_one_transaction(isolation)

    @override_settings(PIN_REQUIRED_ABOVE=10**9)
    def test_a_lost_connection_is_decided_by_the_key(self) -> None:
        """PostgreSQL ends our session once before COMMIT, and once after it, before we read its reply."""
        alice, bob = person("alice"), person("bob")
        for moment in ("before", "after"):
            quote = quoted(alice, bob, "10")
            with session_ended_around_commit(moment) as lost:
                send_money(payer=alice, quote=quote, pin="")
            self.assertEqual(len(lost), 1)
        self.assertEqual(balance(bob), Money.of("1020.00", "GBP"))

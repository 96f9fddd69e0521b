"""Balances of a wallet, now and at any earlier moment, while wallets are settled and closed."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from uuid import uuid4

from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from conversion.money import Money, currency
from ledger import posting as ledger_posting
from ledger import wallets as ledger_wallets
from ledger.kinds import MERCHANT
from ledger.models import Wallet
from ledger.posting import Instruction, Leg, Posting
from ledger.transactions import in_one_transaction, moving_nothing
from ledger.wallets import balance_of, create_wallet
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person, sent

A_MICROSECOND = dt.timedelta(microseconds=1)


def now() -> dt.datetime:
    """The time of the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]


class Kiosk(MoneyTestCase):
    """Provides a merchant's append-only wallet, the kiosk, that alice and bob pay into. Amounts are minor units."""

    def setUp(self) -> None:
        self.alice, self.bob = (wallet_of(person(name)).pk for name in ("alice", "bob"))
        self.maker = person("alice").pk
        self.kiosk = Wallet.objects.get(pk=create_wallet(owner=self.maker, currency="GBP", purpose=MERCHANT))

    def moving(self, source: int, target: int, minor: int) -> partial[Posting]:
        leg = Leg(source, target, Money(minor, currency("GBP")))
        instruction = Instruction(key=uuid4(), kind="payment", legs=(leg,))
        return partial(ledger_posting.post, instruction, made_by=self.maker, made_at=None)

    def pay(self, minor: int) -> None:
        in_one_transaction(self.moving(self.alice, self.kiosk.pk, minor), wallets=[self.alice])

    def spend(self, minor: int) -> None:
        self.settle_wallet()
        in_one_transaction(self.moving(self.kiosk.pk, self.alice, minor), wallets=[self.kiosk.pk, self.alice])

    def settle_wallet(self) -> int:
        return moving_nothing(partial(ledger_wallets.settle_wallet, self.kiosk.pk), wallets=[self.kiosk.pk])

    def close(self) -> None:
        moving_nothing(self._settle_and_close, wallets=[self.kiosk.pk])

    def _settle_and_close(self) -> None:
        ledger_wallets.settle_wallet(self.kiosk.pk)
        ledger_wallets.close(self.kiosk.pk)

    @contextmanager
    def under_way(self, minor: int) -> Iterator[None]:
        """Within the block, bob's payment of `minor` is written and not yet committed; it commits afterwards."""
        written, may_commit = threading.Event(), threading.Event()
        post = self.moving(self.bob, self.kiosk.pk, minor)

        def decide() -> None:
            post()
            written.set()
            may_commit.wait(5)

        def pay() -> None:
            in_one_transaction(decide, wallets=[self.bob])
            connections.close_all()

        with ThreadPoolExecutor(1) as pool:
            paying = pool.submit(pay)
            self.assertTrue(written.wait(5))
            try:
                yield
            finally:
                may_commit.set()
            paying.result()

    @property
    def settled(self) -> int:
        self.kiosk.refresh_from_db()
        return self.kiosk.settled_minor

    @property
    def balance(self) -> int:
        return balance_of(self.kiosk).minor

    def balance_at(self, moment: dt.datetime) -> int:
        return ledger_wallets.balance_at(self.kiosk, moment).minor


class Pending(Kiosk):
    def test_is_settled_up_to_what_is_still_under_way_and_the_rest_later(self) -> None:
        self.pay(1)
        with self.under_way(20):
            self.pay(300)
            self.assertEqual((self.settle_wallet(), self.settled, self.balance), (1, 1, 301))
        self.assertEqual((self.settled, self.balance), (1, 321))
        self.assertEqual((self.settle_wallet(), self.settled, self.balance), (2, 321, 321))
        self.assertEqual((self.settle_wallet(), self.settled, self.balance), (0, 321, 321))

    def test_is_settled_and_closed_at_repeatable_read_alone(self) -> None:
        for write in (ledger_wallets.settle_wallet, ledger_wallets.close):
            with self.subTest(write.__name__), self.assertRaisesMessage(DatabaseError, "REPEATABLE READ"):
                in_one_transaction(partial(write, self.kiosk.pk))

    def test_a_running_wallet_has_none_and_is_not_closed(self) -> None:
        with connection.cursor() as cursor:
            self.assertEqual(moving_nothing(partial(ledger_wallets.settle_wallet, self.alice)), 0)
            moving_nothing(partial(ledger_wallets.close, self.alice))
            cursor.execute("SELECT count(*) FROM ledger_closing")
            self.assertEqual(cursor.fetchone(), (0,))


class AtAnyMoment(Kiosk):
    def test_a_moment_is_after_what_was_booked_before_it_and_not_with_it(self) -> None:
        for amount in ("1", "2", "3", "4"):
            sent(person("alice"), person("bob"), amount)
        wallet = Wallet.objects.get(pk=self.bob)
        before: int | None = 0
        for entry in wallet.entries.order_by("seq"):
            then = (
                ledger_wallets.balance_at(wallet, entry.booked_at + after).minor
                for after in (0 * A_MICROSECOND, A_MICROSECOND)
            )
            self.assertEqual(list(then), [before, entry.balance_after_minor])
            before = entry.balance_after_minor

    def test_the_same_holds_where_the_balance_is_not_running(self) -> None:
        self.pay(100)
        self.spend(7)
        self.pay(50)
        before = 0
        for entry in self.kiosk.entries.order_by("booked_at"):
            self.assertEqual(self.balance_at(entry.booked_at), before)
            before += entry.amount_minor
            self.assertEqual(self.balance_at(entry.booked_at + A_MICROSECOND), before)

    def test_closings_change_no_balance_of_the_past(self) -> None:
        moments = [(now(), 0)]
        pay, spend = partial(self.pay, 100), partial(self.spend, 7)
        for step in (pay, spend, spend, self.close, pay, pay, self.close, spend, pay, self.close, self.close, spend):
            step()
            moments.append((now(), self.balance))
            self.assertEqual([self.balance_at(moment) for moment, _ in moments], [then for _, then in moments])

    def test_what_was_under_way_while_it_was_closed_is_not_forgotten(self) -> None:
        self.pay(1)
        with self.under_way(20):
            self.pay(300)
            self.close()
        self.assertEqual(self.balance_at(now()), 321)
        self.close()
        self.assertEqual(self.balance_at(now()), 321)

    def test_a_wallet_that_is_not_there_is_an_error_and_not_nothing(self) -> None:
        with self.assertRaises(DatabaseError):
            ledger_wallets.balance_at(Wallet(pk=10**9, currency_code="GBP"), now())


class WhatItReads(Kiosk):
    """A balance at an earlier moment reads few entries, however many the wallet has."""

    def entries_read(self, wallet: Wallet, moment: dt.datetime) -> int:
        with transaction.atomic():
            before = self._entries_read()
            ledger_wallets.balance_at(wallet, moment)
            return self._entries_read() - before

    def _entries_read(self) -> int:
        """Rows of ledger_entry read so far that this session has not yet added to PostgreSQL's statistics."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT seq_tup_read + idx_tup_fetch FROM pg_stat_xact_user_tables WHERE relname = 'ledger_entry'"
            )
            return cursor.fetchone()[0]

    def test_finds_a_running_balance_by_halving(self) -> None:
        for _ in range(30):
            self.pay(1)
        for moment in (now() - dt.timedelta(days=1), now()):
            self.assertLessEqual(self.entries_read(Wallet.objects.get(pk=self.alice), moment), 6)

    def test_adds_up_from_the_closing_before_the_moment_to_the_first_one_after_it(self) -> None:
        moments = []
        for _ in range(3):
            for _ in range(4):
                self.pay(1)
            moments.append(now())
            self.close()
        self.assertEqual([self.entries_read(self.kiosk, moment) for moment in (*moments, now())], [4, 4, 4, 0])


class ThePast(MoneyTestCase):
    def test_a_running_wallets_balance_at_any_moment(self) -> None:
        alice, bob = person("alice"), person("bob")
        wallet, moments = wallet_of(alice), []
        self.assertEqual(ledger_wallets.balance_at(wallet, wallet.moved_at - dt.timedelta(days=1)), gbp("0"))
        for _ in range(9):
            sent(alice, bob, "1")
            moments.append((timezone.now(), balance(alice)))
        for moment, then in moments:
            self.assertEqual(ledger_wallets.balance_at(wallet, moment), then)

"""Merchants: many people pay into one append-only wallet; what it may spend, its history and its past balances."""

from __future__ import annotations

from uuid import uuid4

from django.db import connection
from django.urls import reverse
from django.utils import timezone

from ledger import jobs
from ledger import transactions as db
from ledger.errors import Busy, InsufficientFunds
from ledger.models import Wallet
from ledger.wallets import balance_at, balance_of
from payments.holds import service as holds
from payments.owners import pending_of, wallet_of
from payments.reversals import refunds
from payments.transfers.service import send_money
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, merchant, person, placed, quoted, sent


class Merchants(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob, self.kiosk = person("alice"), person("bob"), merchant()

    def wallet(self) -> Wallet:
        return wallet_of(self.kiosk)

    def test_begins_with_nothing_and_is_paid_without_touching_its_row(self) -> None:
        self.assertEqual((self.wallet().purpose, self.wallet().running), ("merchant", False))
        sent(self.alice, self.kiosk, "5")
        self.assertEqual(self.wallet().settled, gbp("0"))
        self.assertEqual((pending_of(self.wallet()), balance_of(self.wallet())), (gbp("5"), gbp("5")))

    def test_spends_what_is_settled_which_is_all_of_it_just_before(self) -> None:
        sent(self.alice, self.kiosk, "5")
        sent(self.bob, self.kiosk, "3")
        with self.assertRaises(InsufficientFunds):
            sent(self.kiosk, self.bob, "8.01")
        sent(self.kiosk, self.bob, "8")
        self.assertEqual(balance_of(self.wallet()), gbp("0"))
        self.assertEqual(balance(self.bob), gbp("1005"))

    def test_who_waits_too_long_for_its_settling_is_told_that_nothing_was_booked(self) -> None:
        """Before a merchant spends, its wallet is locked and settled. Here another session holds that lock."""
        sent(self.alice, self.kiosk, "5")
        quote = quoted(self.kiosk, self.bob, "5")
        other = connection.copy()
        try:
            other.set_autocommit(False)
            with other.cursor() as cursor:
                cursor.execute(db._lock_statement([self.wallet().pk]).removeprefix("; "))
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '20ms'")
            with self.assertRaises(Busy):
                send_money(payer=self.kiosk, quote=quote, pin=PIN)
        finally:
            other.close()
        send_money(payer=self.kiosk, quote=quote, pin=PIN)
        self.assertEqual(balance(self.bob), gbp("1005"))

    def test_refunds_and_is_held_to_its_holds(self) -> None:
        paid = sent(self.alice, self.kiosk, "5")
        hold = placed(self.kiosk, self.bob, "4")
        with self.assertRaises(InsufficientFunds):
            refunds.refund(payee=self.kiosk, transfer=paid, amount=gbp("2"), key=uuid4(), pin=PIN)
        holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("1"), key=uuid4())
        refunds.refund(payee=self.kiosk, transfer=paid, amount=gbp("4"), key=uuid4(), pin=PIN)
        self.assertEqual((balance(self.alice), balance(self.bob)), (gbp("999"), gbp("1001")))

    def test_reads_its_history_page_by_page(self) -> None:
        for number in range(1, 26):
            sent(self.alice, self.kiosk, "0.01", note=f"in {number}")
            if number % 10 == 0:
                sent(self.kiosk, self.bob, "0.05", note=f"out {number}")
        self.client.force_login(self.kiosk)
        self.assertContains(self.client.get(reverse("home")), "Pending")
        seen: list[str] = []
        page = self.client.get(reverse("payments:history"))
        while True:
            seen += [entry.note for entry, _ in page.context["rows"]]
            if not page.context["older"]:
                break
            page = self.client.get(reverse("payments:history"), {"before": page.context["older"]})
        outs = {10: "out 10", 20: "out 20"}
        expected = [note for n in range(1, 26) for note in (f"in {n}", outs.get(n)) if note]
        self.assertEqual(seen, expected[::-1])

    def test_what_it_held_at_any_moment_with_and_without_closings(self) -> None:
        moments = []
        for number in range(6):
            moments.append((timezone.now(), balance_of(self.wallet())))
            sent(self.alice, self.kiosk, "1")
            if number == 2:
                jobs.close_the_day()
            if number == 4:
                sent(self.kiosk, self.bob, "2.50")
        moments.append((timezone.now(), balance_of(self.wallet())))
        for moment, then in moments:
            self.assertEqual(balance_at(self.wallet(), moment), then)

"""Sending money: what is booked, what is refused or declined, and what a repeated request is answered.

Within one currency, between currencies, and while a service is down.
"""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from django.db import connection
from django.test import override_settings

from accounts.people.errors import AccountFrozen
from accounts.pins.errors import PinWrong
from conversion.errors import KeyReused, NotPositive
from conversion.money import Money
from events.models import Notification
from ledger.errors import ClockDown, ConversionDown, InsufficientFunds, TooSmallToConvert
from ledger.models import Transfer, Wallet
from ledger.wallets import balance_of
from payments.errors import ToOneself
from payments.models import Quote
from payments.owners import wallet_of
from payments.transfers.errors import QuoteExpired
from payments.transfers.quotes import quote_transfer
from payments.transfers.service import send_money
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, person, quoted, sent


class SendingInOneCurrency(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")

    def test_moves_the_amount_and_both_balances(self) -> None:
        transfer = sent(self.alice, self.bob, "30", note="pizza")
        self.assertEqual(balance(self.alice), Money.of("970.00", "GBP"))
        self.assertEqual(balance(self.bob), Money.of("1030.00", "GBP"))
        self.assertEqual((transfer.note, transfer.paid, transfer.received), ("pizza", *[Money.of("30.00", "GBP")] * 2))

    def test_is_timestamped_by_the_service(self) -> None:
        for payee in ("bob", "carla"):
            transfer = sent(self.alice, person(payee), "1")
            self.assertTrue(transfer.timestamped)
            self.assertLess(abs(transfer.booked_at - transfer.made_at), dt.timedelta(seconds=5))

    def test_tells_the_payee(self) -> None:
        transfer = sent(self.alice, self.bob, "1")
        told = Notification.objects.get(user=self.bob)
        self.assertEqual((told.kind, told.subject, told.actor), ("received", transfer.reference, self.alice))

    def test_the_same_quote_moves_it_once_and_answers_the_same(self) -> None:
        quote = quoted(self.alice, self.bob, "30")
        first, second = (send_money(payer=self.alice, quote=quote, pin=PIN) for _ in range(2))
        self.assertEqual(first, second)
        self.assertEqual(balance(self.bob), Money.of("1030.00", "GBP"))
        self.assertEqual(Notification.objects.filter(user=self.bob).count(), 1)

    def test_who_was_frozen_or_left_since_the_review_page_is_not_paid(self) -> None:
        paid, unpaid = (quoted(self.alice, self.bob, "30") for _ in range(2))
        first = send_money(payer=self.alice, quote=paid, pin=PIN)
        for change in ({"frozen": True}, {"frozen": False, "is_active": False}):
            type(self.bob).objects.filter(pk=self.bob.pk).update(**change)
            with self.subTest(change), self.assertRaises(AccountFrozen):
                send_money(payer=self.alice, quote=unpaid, pin=PIN)
            self.assertEqual(send_money(payer=self.alice, quote=paid, pin=PIN), first)
        self.assertEqual(balance(self.bob), Money.of("1030.00", "GBP"))

    def test_a_decline_stays_a_decline(self) -> None:
        quote = quoted(self.alice, self.bob, "900")
        sent(self.alice, self.bob, "500")
        for _ in range(2):
            with self.assertRaises(InsufficientFunds):
                send_money(payer=self.alice, quote=quote, pin=PIN)
        sent(self.bob, self.alice, "1500")
        with self.assertRaises(InsufficientFunds):
            send_money(payer=self.alice, quote=quote, pin=PIN)
        self.assertEqual(Transfer.objects.filter(outcome="insufficient_funds").count(), 1)

    def test_says_by_how_much_the_money_is_short(self) -> None:
        with self.assertRaises(InsufficientFunds) as refused:
            quoted(self.alice, self.bob, "1000.01")
        self.assertEqual(refused.exception.missing, Money.of("0.01", "GBP"))

    def test_not_to_oneself(self) -> None:
        with self.assertRaisesMessage(ToOneself, "You cannot transfer money to yourself."):
            quoted(self.alice, self.alice, "1")

    def test_not_a_negative_amount_backwards(self) -> None:
        for minor in (0, -500):
            with self.assertRaises(NotPositive):
                quote_transfer(
                    maker=self.alice,
                    payee=wallet_of(self.bob),
                    amount=Money(minor, wallet_of(self.alice).currency),
                    note="",
                    key=uuid4(),
                )

    def test_a_wrong_pin_moves_nothing(self) -> None:
        quote = quoted(self.alice, self.bob, "30")
        with self.assertRaises(PinWrong) as refused:
            send_money(payer=self.alice, quote=quote, pin="000000")
        self.assertEqual(refused.exception.tries_left, 4)
        self.assertEqual(balance(self.bob), Money.of("1000.00", "GBP"))

    def test_a_key_with_other_content_names_the_field(self) -> None:
        quote = quoted(self.alice, self.bob, "30")
        carla = wallet_of(person("carla"))
        bob = wallet_of(self.bob)
        amount = Money.of("30", "GBP")
        for payee, asked, note, field in (
            (carla, amount, "", "payee"),
            (bob, amount + amount, "", "amount"),
            (bob, amount, "other", "note"),
        ):
            with self.subTest(field), self.assertRaises(KeyReused) as refused:
                quote_transfer(maker=self.alice, payee=payee, amount=asked, note=note, key=quote.key)
            self.assertEqual(refused.exception.differing, field)

    def test_anothers_key_moves_its_own_money(self) -> None:
        quote = quoted(self.alice, self.bob, "30")
        send_money(payer=self.alice, quote=quote, pin=PIN)
        own = quote_transfer(
            maker=self.bob,
            payee=wallet_of(self.alice),
            amount=Money.of("5", "GBP"),
            note="",
            key=quote.key,
        )
        send_money(payer=self.bob, quote=own, pin=PIN)
        self.assertEqual(balance(self.alice), Money.of("975.00", "GBP"))

    def test_a_stale_quote_is_not_booked(self) -> None:
        quote = quoted(self.alice, self.bob, "30")
        self._age(quote)
        with self.assertRaises(QuoteExpired):
            send_money(payer=self.alice, quote=quote, pin=PIN)
        self.assertFalse(Transfer.objects.filter(kind="payment").exists())

    def test_a_booked_quote_answers_also_when_it_has_expired(self) -> None:
        quote = quoted(self.alice, self.bob, "30")
        first = send_money(payer=self.alice, quote=quote, pin=PIN)
        self._age(quote)
        self.assertEqual(send_money(payer=self.alice, quote=quote, pin=PIN), first)

    def _age(self, quote: Quote) -> None:
        Quote.objects.filter(pk=quote.pk).update(expires_at=quote.created_at)
        quote.refresh_from_db()


class SendingBetweenCurrencies(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.carla = person("alice"), person("carla")

    def test_books_what_was_quoted_over_the_system_wallets(self) -> None:
        before = balance(self.carla)
        quote = quoted(self.alice, self.carla, "30")
        transfer = send_money(payer=self.alice, quote=quote, pin=PIN)
        self.assertEqual(balance(self.alice), Money.of("970.00", "GBP"))
        self.assertEqual(balance(self.carla), before + quote.target_amount)
        self.assertEqual(transfer.entries.count(), 4)

    def test_every_currency_sums_to_zero(self) -> None:
        sent(self.alice, self.carla, "30")
        for code in ("GBP", "EUR"):
            balances = [balance_of(wallet).minor for wallet in Wallet.objects.filter(currency_code=code)]
            self.assertEqual(sum(balances), 0)

    def test_there_and_back_gains_nothing(self) -> None:
        transfer = sent(self.alice, self.carla, "30")
        sent(self.carla, self.alice, str(transfer.received.decimal))
        self.assertLessEqual(balance(self.alice), Money.of("1000.00", "GBP"))

    def test_what_would_arrive_as_nothing_is_refused(self) -> None:
        with self.assertRaises(TooSmallToConvert):
            quoted(person("yuki"), person("alice"), "1")


class WhenAServiceIsDown(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob, self.carla = person("alice"), person("bob"), person("carla")

    def test_no_clock_no_money(self) -> None:
        quote = quoted(self.alice, self.bob, "30")
        with override_settings(TIMESTAMP_SERVERS=["127.0.0.1:1"]), self.assertRaises(ClockDown):
            send_money(payer=self.alice, quote=quote, pin=PIN)
        self.assertEqual(balance(self.bob), Money.of("1000.00", "GBP"))
        send_money(payer=self.alice, quote=quote, pin=PIN)
        self.assertEqual(balance(self.bob), Money.of("1030.00", "GBP"))

    @override_settings(TIMESTAMP_SERVERS=["127.0.0.1:1"], TIMESTAMP_REQUIRED=False)
    def test_the_databases_clock_stands_in_where_that_is_allowed(self) -> None:
        transfer = sent(self.alice, self.bob, "30")
        self.assertFalse(transfer.timestamped)
        self.assertEqual(transfer.made_at, transfer.booked_at)

    @override_settings(CONVERSION_URL="http://127.0.0.1:1")
    def test_no_conversion_no_exchange_but_one_currency_goes_on(self) -> None:
        with self.assertRaises(ConversionDown):
            quoted(self.alice, self.carla, "30")
        sent(self.alice, self.bob, "30")

    @override_settings(TIMESTAMP_TOLERANCE_S=-1)
    def test_a_clock_that_disagrees_with_the_database_is_refused(self) -> None:
        from ledger.errors import ClockIsWrong

        for payee in (self.bob, self.carla):
            with self.assertRaises(ClockIsWrong):
                sent(self.alice, payee, "30")

    def test_the_connection_is_left_as_it_was(self) -> None:
        sent(self.alice, self.bob, "30")
        with connection.cursor() as cursor:
            cursor.execute("SHOW transaction_isolation")
            self.assertEqual(cursor.fetchone(), ("read committed",))

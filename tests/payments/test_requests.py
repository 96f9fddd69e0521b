"""Payment requests: each ends once, as paid, declined, cancelled or expired."""

from __future__ import annotations

from uuid import UUID, uuid4

from django.test import override_settings
from django.utils import timezone

from accounts.models import User
from conversion.errors import InvalidAmount, KeyReused
from conversion.money import Money
from events.models import Notification
from ledger.errors import ConversionDown
from ledger.models import Transfer
from ledger.transactions import in_one_transaction
from payments.models import PaymentRequest
from payments.owners import wallet_of
from payments.requests import service as requests
from payments.requests.errors import RequestFromOneself, RequestIsClosed
from payments.requests.service import quote_request
from payments.transfers.service import send_money
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, person


class AskingForMoney(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob, self.carla = person("alice"), person("bob"), person("carla")

    def ask(
        self,
        requester: User | None = None,
        payer: User | None = None,
        amount: str = "20.00",
        key: UUID | None = None,
    ) -> PaymentRequest:
        requester = requester or self.alice
        return requests.ask_for_money(
            requester=requester,
            payer=payer or self.bob,
            amount=Money.of(amount, wallet_of(requester).currency_code),
            note="tickets",
            key=key or uuid4(),
        )

    def pay(self, payment_request: PaymentRequest) -> Transfer:
        payer = payment_request.payer
        quote = quote_request(payer=payer, payment_request=payment_request, key=uuid4())
        return send_money(payer=payer, quote=quote, pin=PIN)

    def test_paying_moves_the_money_and_closes_it(self) -> None:
        asked = self.ask()
        transfer = self.pay(asked)
        asked.refresh_from_db()
        self.assertEqual((asked.status, asked.transfer), ("paid", transfer))
        self.assertEqual(balance(self.alice), Money.of("1020.00", "GBP"))

    def test_across_currencies_exactly_what_was_asked_arrives(self) -> None:
        before = balance(self.carla)
        transfer = self.pay(self.ask(requester=self.carla, payer=self.alice, amount="20.00"))
        self.assertEqual(balance(self.carla) - before, Money.of("20.00", "EUR"))
        self.assertEqual(transfer.paid.code, "GBP")

    @override_settings(CONVERSION_URL="http://127.0.0.1:1")
    def test_across_currencies_it_waits_for_the_conversion_service(self) -> None:
        asked = self.ask(requester=self.carla, payer=self.alice)
        with self.assertRaises(ConversionDown):
            quote_request(payer=self.alice, payment_request=asked, key=uuid4())

    def test_across_currencies_it_may_be_more_than_can_be_paid(self) -> None:
        asked = self.ask(payer=person("yuki"), amount="10000000000000.00")
        with self.assertRaises(InvalidAmount) as refused:
            quote_request(payer=asked.payer, payment_request=asked, key=uuid4())
        self.assertEqual(refused.exception.code, "amount_too_large")

    def test_tells_both(self) -> None:
        self.pay(self.ask())
        self.assertEqual(Notification.objects.get(user=self.bob).kind, "requested")
        self.assertEqual(Notification.objects.get(user=self.alice).kind, "request_paid")

    def test_when_its_time_is_over_it_is_not_paid_though_the_worker_has_not_come_by(self) -> None:
        asked = self.ask()
        quote = quote_request(payer=self.bob, payment_request=asked, key=uuid4())
        over = PaymentRequest.objects.filter(pk=asked.pk)
        in_one_transaction(lambda: over.update(expires_at=timezone.now()))
        with self.assertRaises(RequestIsClosed) as closed:
            send_money(payer=self.bob, quote=quote, pin=PIN)
        self.assertEqual(closed.exception.status, "expired")
        with self.assertRaises(RequestIsClosed):
            quote_request(payer=self.bob, payment_request=over.get(), key=uuid4())
        self.assertEqual(balance(self.alice), Money.of("1000.00", "GBP"))

    def test_two_quotes_of_one_request_pay_it_once(self) -> None:
        asked = self.ask()
        both = [quote_request(payer=self.bob, payment_request=asked, key=uuid4()) for _ in range(2)]
        send_money(payer=self.bob, quote=both[0], pin=PIN)
        with self.assertRaises(RequestIsClosed):
            send_money(payer=self.bob, quote=both[1], pin=PIN)
        self.assertEqual(balance(self.alice), Money.of("1020.00", "GBP"))

    def test_the_quote_that_paid_answers_again(self) -> None:
        asked = self.ask()
        quote = quote_request(payer=self.bob, payment_request=asked, key=uuid4())
        first, second = (send_money(payer=self.bob, quote=quote, pin=PIN) for _ in range(2))
        self.assertEqual(first, second)

    def test_declined_or_cancelled_it_can_no_longer_be_paid(self) -> None:
        for close, who in ((requests.decline_request, "payer"), (requests.cancel_request, "requester")):
            with self.subTest(who):
                asked = self.ask()
                quote = quote_request(payer=self.bob, payment_request=asked, key=uuid4())
                close(**{who: getattr(asked, who)}, payment_request=asked)
                with self.assertRaises(RequestIsClosed):
                    send_money(payer=self.bob, quote=quote, pin=PIN)

    def test_declining_twice_is_declining_once(self) -> None:
        asked = self.ask()
        for _ in range(2):
            requests.decline_request(payer=self.bob, payment_request=asked)
        self.assertEqual(Notification.objects.filter(user=self.alice).count(), 1)

    def test_one_key_asks_once(self) -> None:
        key = uuid4()
        self.assertEqual(self.ask(key=key), self.ask(key=key))
        self.assertEqual(Notification.objects.filter(user=self.bob).count(), 1)
        with self.assertRaises(KeyReused) as refused:
            self.ask(key=key, amount="21.00")
        self.assertEqual(refused.exception.differing, "amount")

    def test_not_from_oneself(self) -> None:
        with self.assertRaisesMessage(RequestFromOneself, "You cannot send a payment request to yourself."):
            self.ask(payer=self.alice)

    def test_expires(self) -> None:
        with self.settings(REQUEST_LIFE_DAYS=0):
            asked = self.ask()
        self.assertEqual(requests.expire_due_requests(), 1)
        asked.refresh_from_db()
        self.assertEqual(asked.status, "expired")

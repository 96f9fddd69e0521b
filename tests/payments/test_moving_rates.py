"""Rates that move: giving money back is no option for whoever can choose the moment."""

from __future__ import annotations

import contextlib
import random
from decimal import Decimal
from fractions import Fraction
from functools import partial
from unittest import mock
from uuid import UUID, uuid4

from django.test import override_settings
from django.urls import reverse

from conversion import rates
from conversion.errors import Conflict, Refused
from conversion.money import Money, currency
from conversion.storing import set_rate
from ledger.errors import RatesTooOld
from ledger.models import Transfer
from payments.holds import service as holds
from payments.reversals import refunds
from payments.reversals import service as reversals
from payments.reversals.errors import RateMoved
from tests import patience
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person, placed, sent
from tests.conversion.serving import serving


class WithMovingRates(MoneyTestCase):
    """The conversion service of the site, in a thread of the test, so that the test can move its rates."""

    def setUp(self) -> None:
        self.enterContext(serving())
        table = mock.patch.dict(rates.PER_PIVOT)
        table.start()
        self.addCleanup(table.stop)
        self.alice, self.carla = person("alice"), person("carla")

    def one_pound_is(self, euros: str) -> None:
        rates.PER_PIVOT["EUR"] = euros
        self.euros = Fraction(euros)

    def undo(self, paid: Transfer, key: UUID | None = None) -> Transfer:
        return reversals.undo(maker=self.alice, transfer=paid, key=key or uuid4())

    def refund(self, paid: Transfer, amount: Money, key: UUID | None = None) -> Transfer:
        return refunds.refund(payee=self.carla, transfer=paid, amount=amount, key=key or uuid4(), pin=PIN)


class GivingBack(WithMovingRates):
    def setUp(self) -> None:
        super().setUp()
        self.paid = sent(self.alice, self.carla, "100")  # 117 EUR

    def test_is_at_the_rate_of_the_payment_while_it_has_not_moved(self) -> None:
        self.refund(self.paid, self.paid.received)
        self.assertEqual(balance(self.alice), gbp("1000.00"))

    def test_is_at_todays_rate_once_that_gives_less(self) -> None:
        """The euro has fallen: who pays 117 EUR back would otherwise buy pounds below their price."""
        self.one_pound_is("1.40")
        self.assertEqual(self.refund(self.paid, self.paid.received).received, gbp("83.57"))

    def test_is_at_the_rate_of_the_payment_where_todays_would_give_more(self) -> None:
        self.one_pound_is("1.00")
        self.assertEqual(self.refund(self.paid, self.paid.received).received, gbp("100.00"))

    def test_by_undoing_is_refused_once_it_would_be_a_gain(self) -> None:
        self.one_pound_is("1.18")
        with self.assertRaises(RateMoved):
            self.undo(self.paid)
        self.one_pound_is("1.16")
        self.undo(self.paid)
        self.assertEqual(balance(self.alice), gbp("1000.00"))

    def test_is_answered_the_same_under_its_key_whatever_the_rate_is_then(self) -> None:
        for give_back in (partial(self.refund, amount=Money.of("1.00", "EUR")), self.undo):
            self.one_pound_is("1.17")
            paid, key = sent(self.alice, self.carla, "10"), uuid4()
            first = give_back(paid, key=key)
            self.one_pound_is("1.40")
            self.assertEqual(give_back(paid, key=key), first)

    def test_says_why_on_the_page(self) -> None:
        self.one_pound_is("1.40")
        self.client.force_login(self.alice)
        answer = self.client.post(
            reverse("payments:undo", args=[self.paid.reference]), {"key": str(uuid4())}, follow=True
        )
        self.assertContains(answer, "the exchange rate has changed since")


class Capturing(WithMovingRates):
    def test_is_answered_the_same_under_its_key_whatever_the_rate_is_then(self) -> None:
        hold, key = placed(self.alice, self.carla, "10.00"), uuid4()
        first = holds.capture_hold(payee=self.carla, hold=hold, amount=hold.amount, key=key)
        self.one_pound_is("1.40")
        again = holds.capture_hold(payee=self.carla, hold=hold, amount=hold.amount, key=key)
        self.assertEqual(again, first)


class TwoInLeague(WithMovingRates):
    """Alice and Carla choose every moment. What they own together, at the rate of the moment, never grows by an act.

    One who sends 10,000 GBP at 1.17, takes it back at 1.40 and sends again once gained a fifth.
    """

    SEED = 20261126

    def wealth(self) -> Fraction:
        """In pence at the rate of this moment, not rounded."""
        return balance(self.alice).minor + balance(self.carla).minor / self.euros

    def test_gain_nothing(self) -> None:
        chance, paid = random.Random(self.SEED), list[Transfer]()
        for _ in range(patience.times(60, 1000)):
            self.one_pound_is(chance.choice(("1.1700", "1.1701", "1.4000", "0.9300", "1.1699")))
            before = self.wealth()
            act = chance.choice((self.send, self.undo_one, self.refund_one))
            with contextlib.suppress(Refused, Conflict):
                act(chance, paid)
            gained = self.wealth() - before
            # Of each currency, less than one minor unit is lost to rounding at the payment, and comes back.
            self.assertLess(gained, 2, act.__name__)

    def send(self, chance: random.Random, paid: list[Transfer]) -> None:
        paid.append(sent(self.alice, self.carla, f"{chance.choice((1, 7, 3333, 10_000)) / 100:.2f}"))

    def undo_one(self, chance: random.Random, paid: list[Transfer]) -> None:
        if paid:
            self.undo(chance.choice(paid))

    def refund_one(self, chance: random.Random, paid: list[Transfer]) -> None:
        if paid:
            payment = chance.choice(paid)
            left = refunds.left_of(payment)
            self.refund(payment, chance.choice((left, Money(1 + left.minor // 3, left.currency))))


@override_settings(RATES_SOURCE="staff", RATES_BAND_PERCENT=100)
class TwoInLeagueByTheTable(TwoInLeague):
    """The same, where the rates are in the database and the service reads them there."""

    def one_pound_is(self, euros: str) -> None:
        self.assertFalse(set_rate(currency("EUR"), per_pivot=Decimal(euros), made_by=person("admin").pk).is_refused)
        self.euros = Fraction(euros)


@override_settings(RATES_SOURCE="staff")
class ATableThatIsTooOld(WithMovingRates):
    def test_refuses_what_needs_a_rate_and_nothing_else(self) -> None:
        with self.assertRaises(RatesTooOld):
            sent(self.alice, self.carla, "10")
        sent(self.alice, person("bob"), "10")
        set_rate(currency("EUR"), per_pivot=Decimal("1.20"), made_by=person("admin").pk)
        self.assertEqual(sent(self.alice, self.carla, "10").received, Money.of("12.00", "EUR"))

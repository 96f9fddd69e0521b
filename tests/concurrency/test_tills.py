"""Tills under a storm: the same form sells once, deposits come back once, and no cashier passes their limits."""

from __future__ import annotations

from functools import partial
from unittest import mock
from uuid import uuid4

from django.test import override_settings

from ledger import transactions as db
from payments.drawers.errors import OverCashLimit
from payments.owners import wallet_of
from shop.models import DepositReturn, Order, TillSale
from shop.orders import endings
from shop.orders.errors import OrderAlreadyUndone
from shop.stock.queries import left
from shop.stock.service import move
from shop.till import returns
from shop.till.errors import ReturnAlreadyUndone, TooManyReturned
from tests.cast import balance, gbp, person
from tests.patience import times
from tests.shop.goods import a_sale_point, bought, order_of
from tests.shop.test_till import TheTill

from .crowd import at_once

MANY = 20


class Tills(TheTill):
    def setUp(self) -> None:
        super().setUp()
        move(self.mate, 1000, "delivery", by=person("tess"), key=uuid4())  # enough for all rounds

    def test_sell_once_for_the_same_form(self) -> None:
        for number in range(1, times(3, 50) + 1):
            self.assertEqual(at_once([partial(self.cash, key=uuid4())] * MANY), {"done": MANY})
            key = uuid4()
            self.assertEqual(at_once([partial(self.member, key=key) for _ in range(MANY)]), {"done": MANY})
            self.assertEqual(TillSale.objects.count(), 2 * number)
            self.assertEqual(self.in_drawer(), gbp("1.45") * number)

    def test_pay_a_deposit_back_once_for_the_same_form(self) -> None:
        self.cash(9)  # so that the seller can pay for all rounds
        before = self.in_drawer()
        for number in range(1, times(3, 50) + 1):
            key = uuid4()
            self.assertEqual(at_once([partial(self.back, key=key) for _ in range(MANY)]), {"done": MANY})
            self.assertEqual((DepositReturn.objects.count(), self.in_drawer()), (number, before - gbp("0.25") * number))

    def test_and_kiosks_pay_a_member_no_more_deposits_than_they_paid_for(self) -> None:
        alice, fridge = self.alice, a_sale_point()
        for number in range(1, times(3, 30) + 1):
            bought(alice, self.mate, quantity=5)
            give = partial(self.back, 1, wallet_of(alice), by=alice, sale_point=fridge)
            self.assertEqual(at_once([give] * MANY), {"done": 5, TooManyReturned.__name__: MANY - 5})
            self.assertEqual(balance(alice), gbp("1000") - gbp("6") * number)
            if left([self.mate.pk])[self.mate.pk][1] < 5:
                return

    def test_pay_no_more_than_they_paid_for_without_the_lock_before_the_snapshot(self) -> None:
        """The lock only saves retries: SERIALIZABLE and the member's row decide."""
        bought(self.alice, self.mate, quantity=5)
        give = partial(self.back, 1, wallet_of(self.alice), by=self.alice, sale_point=a_sale_point())
        with (
            mock.patch.object(db, "_lock_statement", lambda wallets, names=(): ""),
            mock.patch.object(db, "MOST_TRIES", 200),
            mock.patch.object(db, "MOST_SECONDS", 60.0),
        ):
            outcomes = at_once([give] * 10)
        self.assertLessEqual(outcomes["done"], 5)  # settling the seller is not tried again, so some are told "busy"
        self.assertEqual(balance(self.alice), gbp("992.75") + gbp("0.25") * outcomes["done"])

    def test_pass_no_limit_of_the_day(self) -> None:
        with override_settings(CASH_PER_TAKING="5 GBP", CASH_PER_DAY="4.35 GBP"):
            self.assertEqual(at_once([self.cash] * 10), {"done": 3, OverCashLimit.__name__: 7})
        with override_settings(CASH_PER_TAKING="5 GBP", CASH_PER_DAY="0.75 GBP"):
            bob = wallet_of(person("bob"))
            self.assertEqual(at_once([partial(self.back, 1, bob)] * 10), {"done": 3, OverCashLimit.__name__: 7})

    def test_undo_a_sale_and_a_return_once(self) -> None:
        for _ in range(times(2, 50)):
            order = order_of(self.cash(2))
            undo = partial(endings.undo, order=order, by=self.cass)
            outcomes = at_once([partial(undo, key=uuid4()) for _ in range(10)])
            self.assertEqual(outcomes, {"done": 1, OrderAlreadyUndone.__name__: 9})
        self.cash(4)
        for _ in range(times(2, 50)):
            undo_return = partial(returns.undo, given=self.back(2), by=self.cass)
            outcomes = at_once([partial(undo_return, key=uuid4()) for _ in range(10)])
            self.assertEqual(outcomes, {"done": 1, ReturnAlreadyUndone.__name__: 9})
        self.assertEqual(self.in_drawer(), gbp("5.80"))
        self.assertEqual(Order.objects.exclude(status="undone").count(), 1)

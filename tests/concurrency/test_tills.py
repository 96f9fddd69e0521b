"""Tills under a storm: the same form sells once, deposits come back once, and no cashier passes their limits."""

from __future__ import annotations

from functools import partial
from uuid import uuid4

from django.test import override_settings

from ledger.models import Transfer
from payments.drawers.errors import OverCashLimit
from payments.owners import wallet_of
from shop.models import DepositReturn, Order, TillSale
from shop.orders import endings
from shop.orders.errors import DepositCameBack, OrderAlreadyUndone
from shop.stock.service import move
from shop.till import returns
from shop.till.errors import ReturnAlreadyUndone
from tests.cast import balance, gbp, person
from tests.patience import times
from tests.shop.goods import bought, order_of
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

    def test_pay_no_deposit_back_before_its_purchase_is_undone(self) -> None:
        self.cash(9)  # so that the seller can pay for deposits also when the purchase is undone
        for _ in range(times(5, 100)):
            self.undo_beside_a_return()

    def undo_beside_a_return(self) -> None:
        """Five bottles cost 7.25, deposits of 1.25 in it. Whoever gives them back after the undo brought others."""
        order, before = order_of(bought(self.alice, self.mate, quantity=5)), balance(self.alice)
        undo = partial(endings.undo, order=order, by=self.alice, key=uuid4())
        outcomes = at_once([undo, partial(self.back, 5, wallet_of(self.alice))])
        order.refresh_from_db()
        if order.status == Order.Status.UNDONE:
            self.assertEqual(outcomes, {"done": 2})
            self.assertEqual(Transfer.objects.latest("booked_at").kind, "deposit_back")
            self.assertEqual(balance(self.alice), before + gbp("8.50"))
            returns.undo(given=DepositReturn.objects.latest("pk"), by=self.cass, key=uuid4())
        else:
            self.assertEqual(outcomes, {"done": 1, DepositCameBack.__name__: 1})
            self.assertEqual(balance(self.alice), before + gbp("1.25"))

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

"""Races of what follows a purchase (undo, refund, ready), and of prices that change while people buy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock
from uuid import uuid4

from django.test import override_settings

from conversion.money import Money
from events.models import Notification
from payments.owners import wallet_of
from shop.models import Line, Order, OrderStep, Refund, Variant
from shop.orders import service as orders
from shop.orders.endings import undo
from shop.orders.errors import CannotUndoOrder, OrderAlreadyUndone, PriceChanged
from shop.orders.pricing import Wanted, priced, total_of
from shop.products.service import set_price
from shop.refunds.errors import CannotRefundOrder, MoreThanSold
from shop.selling import service as selling
from shop.selling.errors import OrderWentOn
from shop.stock.queries import left
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person
from tests.patience import times
from tests.shop.goods import a_product, a_sale_point, a_seller, bought, order_of
from tests.shop.test_refunds import refunded
from tests.shop.test_selling import ordered

from .crowd import at_once


class Endings(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.seller = person("alice"), a_seller()
        self.mate = a_product(stock=1000)

    def undoing(self, order: Order) -> Callable[[], Any]:
        return lambda: undo(order=order, by=self.alice, key=uuid4())

    def refunding(self, order: Order, many: int) -> Callable[[], Any]:
        return lambda: refunded(order, by=self.seller, line_1=many, restock=True)

    def test_ten_undos_are_one(self) -> None:
        for _ in range(times(4, 250, 2500)):
            order = order_of(bought(self.alice, self.mate, quantity=2))
            outcomes = at_once([self.undoing(order)] * 10)
            self.assertEqual(outcomes, {"done": 1, OrderAlreadyUndone.__name__: 9})
        self.assertEqual((balance(self.alice), left([self.mate.pk])[self.mate.pk][1]), (gbp("1000"), 1000))

    def test_an_undo_and_a_refund_are_one_of_them(self) -> None:
        won: Counter[str] = Counter()
        for _ in range(times(8, 1250, 2500)):
            order = order_of(bought(self.alice, self.mate, quantity=2))
            outcomes = at_once([self.undoing(order), self.refunding(order, 2)])
            self.assertEqual(outcomes["done"], 1, outcomes)
            self.assertLessEqual(
                set(outcomes) - {"done"}, {CannotUndoOrder.__name__, CannotRefundOrder.__name__}, outcomes
            )
            won[Order.objects.get(pk=order.pk).status] += 1
        self.assertEqual(balance(self.alice), gbp("1000"))
        self.assertEqual(left([self.mate.pk])[self.mate.pk][1], 1000)
        self.assertLessEqual(set(won), {"undone", "refunded"})

    def test_refunds_of_one_line_together_are_no_more_than_was_sold(self) -> None:
        for _ in range(times(4, 100)):
            order = order_of(bought(self.alice, self.mate, quantity=5))
            outcomes = at_once([self.refunding(order, 2)] * 6)
            self.assertEqual(outcomes, {"done": 2, MoreThanSold.__name__: 4})
            self.assertEqual(Line.objects.get(order=order).refunded_quantity, 4)

    def test_one_refund_form_sent_many_times_is_one(self) -> None:
        for _ in range(times(4, 100)):
            order, key = order_of(bought(self.alice, self.mate, quantity=5)), uuid4()
            at_once([partial(refunded, order, by=self.seller, key=key, line_1=1)] * 8)
            self.assertEqual(Refund.objects.filter(order=order).count(), 1)

    def test_ready_is_told_once_also_beside_an_undo(self) -> None:
        for _ in range(times(4, 100)):
            order = ordered(self.alice, self.mate)
            making = [partial(selling.make_ready, order, by=self.seller)] * 5
            outcomes = at_once([*making, self.undoing(order)])
            self.assertLessEqual(set(outcomes), {"done", OrderWentOn.__name__})
            self.assertEqual(Order.objects.get(pk=order.pk).status, "undone")
            self.assertLessEqual(Notification.objects.filter(subject=order.reference, kind="order_ready").count(), 1)
            self.assertLessEqual(OrderStep.objects.filter(order=order, status="ready").count(), 1)


class Prices(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.tess, self.mate = person("alice"), person("tess"), a_product("Mate", "0.05")

    @override_settings(PIN_REQUIRED_ABOVE=10**9)
    def test_that_rise_while_people_buy_are_the_old_one_or_a_refusal(self) -> None:
        shown, outcomes = Money(5, gbp("1").currency), Counter[str]()
        for number in range(times(20, 200, 2000)):
            new = Money(6 if number % 2 == 0 else 5, shown.currency)
            outcomes += at_once(
                [
                    partial(set_price, self.mate, new, by=self.tess),
                    *[partial(bought, self.alice, self.mate, shown=shown)] * 3,
                ]
            )
        self.assertLessEqual(set(outcomes), {"done", PriceChanged.__name__})
        self.assertFalse(Order.objects.filter(total_minor__gt=5).exists())
        self.assertFalse(Line.objects.exclude(unit_minor=5).exists())
        self.assertGreater(outcomes[PriceChanged.__name__], 0)

    def test_that_rise_after_the_look_are_looked_at_again(self) -> None:
        self.assertEqual(self.bought_while_the_price_changes(self.mate, "0.06"), "refused")

    @override_settings(PIN_REQUIRED_ABOVE=10**9)
    def test_that_fall_after_the_look_are_booked_though_the_old_one_was_too_high(self) -> None:
        dear = a_product("Dear", "1000.01")
        self.assertEqual(self.bought_while_the_price_changes(dear, "999.99"), "booked")
        self.assertEqual(balance(self.alice), gbp("0.01"))

    def bought_while_the_price_changes(self, variant: Variant, new: str) -> str:
        """The price changes between the purchase's look at it and the money transaction."""
        begin = orders.in_one_transaction
        shown = total_of(priced(wallet_of(self.alice), [Wanted(variant)], a_sale_point()))

        def change_first(*args: Any, **kwargs: Any) -> Any:
            if variant.revisions.count() == 1:
                set_price(variant, gbp(new), by=self.tess)
            return begin(*args, **kwargs)

        with mock.patch.object(orders, "in_one_transaction", change_first):
            try:
                bought(self.alice, variant, shown=shown)
            except PriceChanged:
                return "refused"
        return "booked"

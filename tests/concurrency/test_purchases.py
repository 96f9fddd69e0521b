"""Many purchases at once: each books once, a strict stock sells only what is there, undos happen once."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock
from uuid import UUID, uuid4

from accounts.models import User
from ledger import transactions as db
from shop.models import Order, SalePoint, StockMove, Variant
from shop.orders.endings import undo
from shop.orders.errors import OrderAlreadyUndone
from shop.stock.errors import SoldOut
from shop.stock.queries import left
from shop.stock.service import settle_all
from tests.api.base import Caller
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person
from tests.patience import times
from tests.shop.goods import a_product, a_sale_point, bought, order_of

from .crowd import at_once

BUYERS = times(20, 20, 40)


def _undone(order: Order, by: User) -> None:
    undo(order=order, by=by, key=uuid4())


class Purchases(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.people = [person(name) for name in ("alice", "bob", "carla", "tess", "cass")]

    def tapping(self, variant: Variant, number: int) -> Callable[[], Any]:
        return partial(bought, self.people[number % len(self.people)], variant)

    def test_of_a_strict_stock_of_five_are_five(self) -> None:
        for _ in range(times(2, 25, 500)):
            mate = a_product(f"Mate {uuid4()}", "0.05", stock=5)
            outcomes = at_once([self.tapping(mate, number) for number in range(BUYERS)])
            self.assertEqual(outcomes, {"done": 5, SoldOut.__name__: BUYERS - 5})
            self.assertEqual(left([mate.pk]), {mate.pk: (True, 0)})

    def test_of_a_strict_stock_are_right_without_the_lock_before_the_snapshot(self) -> None:
        """The lock only saves retries: the update that asks for enough decides."""
        mate = a_product(stock=5)
        with (
            mock.patch.object(db, "_lock_statement", lambda wallets, names=(): ""),
            mock.patch.object(db, "MOST_TRIES", 200),
            mock.patch.object(db, "MOST_SECONDS", 60.0),
        ):
            outcomes = at_once([self.tapping(mate, number) for number in range(10)])
        self.assertEqual(outcomes, {"done": 5, SoldOut.__name__: 5})

    def test_of_a_stock_on_trust_are_all(self) -> None:
        for _ in range(times(1, 10, 500)):
            mate = a_product(f"Mate {uuid4()}", "0.05", stock=5, strict=False)
            self.assertEqual(at_once([self.tapping(mate, number) for number in range(BUYERS)]), {"done": BUYERS})
            settle_all()
            self.assertEqual(left([mate.pk]), {mate.pk: (False, 5 - BUYERS)})

    def test_by_the_same_tile_are_one_and_by_two_tiles_two(self) -> None:
        alice, mate = self.people[0], a_product(price="0.05", stock=5000)
        for _ in range(times(3, 50, 2000)):
            before, keys = Order.objects.count(), (uuid4(), uuid4())
            taps: list[Callable[[], Any]] = [partial(bought, alice, mate, key=key) for key in keys for _ in range(10)]
            self.assertEqual(at_once(taps), {"done": 20})
            self.assertEqual(Order.objects.count() - before, 2)

    def test_are_undone_once_and_the_goods_come_back_once(self) -> None:
        alice, mate, rounds = self.people[0], a_product(stock=500), times(3, 50, 500)
        for _ in range(rounds):
            order = order_of(bought(alice, mate))
            outcomes = at_once([partial(_undone, order, alice) for _ in range(10)])
            self.assertEqual(outcomes, {"done": 1, OrderAlreadyUndone.__name__: 9})
        self.assertEqual((balance(alice), left([mate.pk])[mate.pk][1]), (gbp("1000"), 500))
        self.assertEqual(StockMove.objects.filter(reason="undo").count(), rounds)


class ByProgram(MoneyTestCase):
    """A program and a page send the same key at once."""

    def test_with_the_key_of_a_page_are_one(self) -> None:
        rounds = times(3, 20)  # a token may send 120 writes in a minute
        a_sale_point(kind=SalePoint.Kind.WEB)
        alice, mate = Caller("alice"), a_product(stock=500)
        body = {"lines": [{"variant": str(mate.reference)}], "price_shown": "1.20", "currency": "GBP"}
        for _ in range(rounds):
            before, key = Order.objects.count(), uuid4()
            ids: set[str] = set()

            def by_program(key: UUID = key, ids: set[str] = ids) -> None:
                answer = alice.post("purchases", body, key=key)
                assert answer.status_code == 201, answer.content
                ids.add(answer.json()["orders"][0]["id"])

            ways: list[Callable[[], Any]] = [by_program, partial(bought, alice.user, mate, key=key)] * 5
            self.assertEqual(at_once(ways), {"done": 10})
            self.assertEqual((Order.objects.count() - before, len(ids)), (1, 1))
        self.assertEqual(left([mate.pk])[mate.pk][1], 500 - rounds)

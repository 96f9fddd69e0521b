"""Events of orders: the buyer's programs and the seller's hear of each step, each in their own words."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from events.listeners import listen
from events.models import Event
from outbox.events import service as outbox
from outbox.models import Message
from shop.models import Order
from shop.orders.endings import undo
from shop.orders.pricing import Wanted
from shop.selling import service as selling
from shop.till.service import sell_for_cash
from tests.base import MoneyTestCase
from tests.cast import gbp, person

from .goods import a_product, a_seller, bought, order_of
from .test_refunds import refunded
from .test_selling import ordered
from .test_till import a_till

STEPS = ("paid", "ready", "collected", "refunded", "paid", "undone")


def take_every_step() -> Order:
    """Alice's order that is made ready, collected and refunded. Another one is undone. Returns the first."""
    alice, mate = person("alice"), a_product(stock=10)
    order = ordered(alice, mate, quantity=2)
    selling.make_ready(order, by=a_seller())
    selling.collect(order, by=a_seller())
    order.refresh_from_db()
    refunded(order, by=a_seller(), line_1=1)
    undo(order=order_of(bought(alice, mate)), by=alice, key=uuid4())
    return order


class OrderEvents(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.seller = person("alice"), a_seller()
        for user in (self.alice, self.seller, person("cass")):
            listen(user.pk)

    def told(self, user: Any) -> list[Message]:
        outbox.tell_events()
        return [
            message
            for message in Message.objects.filter(user=user).order_by("seq")
            if message.type.partition(".")[0] in ("order", "sale")
        ]

    def test_are_told_to_the_buyer_and_the_seller_as_their_operations_show_the_order(self) -> None:
        order = take_every_step()
        bought_, sold = self.told(self.alice), self.told(self.seller)
        self.assertEqual([message.type for message in bought_], [f"order.{step}" for step in STEPS])
        self.assertEqual([message.type for message in sold], [f"sale.{step}" for step in STEPS])
        own, theirs = (json.loads(found[0].body)["data"] for found in (bought_, sold))
        self.assertEqual(own["id"], str(order.reference))
        self.assertEqual(own["lines"][0]["title"], "Club Mate")
        self.assertNotIn("buyer", own)
        self.assertEqual(theirs, own | {"buyer": theirs["buyer"]})
        self.assertEqual(theirs["buyer"]["username"], "alice")

    def test_are_written_by_the_transaction_of_the_step_and_of_no_other(self) -> None:
        order = ordered(self.alice, a_product(stock=1))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM events_event e JOIN shop_order o ON o.reference = e.subject WHERE e.xmin = o.xmin"
            )
            self.assertEqual(cursor.fetchone(), (1,))
        Event.objects.all().delete()
        Order.objects.filter(pk=order.pk).update(status=order.status)
        self.assertFalse(Event.objects.exists())

    def test_of_a_cash_sale_are_the_sellers_alone(self) -> None:
        mate = a_product(stock=1)
        wanted, cass = [Wanted(mate)], person("cass")
        sell_for_cash(cashier=cass, till=a_till(mate), wanted=wanted, shown=gbp("1.20"), key=uuid4(), id_was_seen=False)
        self.assertEqual(self.told(cass), [])
        self.assertEqual([message.type for message in self.told(self.seller)], ["sale.paid"])

    def test_of_many_take_as_many_queries_as_of_one(self) -> None:
        mate = a_product(stock=20)

        def queries_of(orders: int) -> int:
            for _ in range(orders):
                bought(self.alice, mate)
            with CaptureQueriesContext(
                connection,
            ) as queries:
                outbox.tell_events()
            return len(queries)

        queries_of(1)
        self.assertEqual(queries_of(8), queries_of(1))

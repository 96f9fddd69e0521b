"""Selling by JSON: a merchant's program makes orders ready, refunds lines and books stock, of its own goods alone."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from conversion.errors import KeyReused
from events.models import Notification
from shop.models import Order, OrderStep, Refund, SalePoint, StockMove
from shop.stock.queries import left
from shop.stock.service import move
from tests.api.base import ApiTestCase, Caller
from tests.cast import balance, gbp, person

from .goods import a_product, a_sale_point, a_seller


class SellingApi(ApiTestCase):
    def setUp(self) -> None:
        super().setUp()
        a_sale_point(kind=SalePoint.Kind.WEB)
        self.mate, self.crisps = a_product(stock=12), a_product("Crisps", "2")
        self.seller = Caller(a_seller().username)
        self.baker = Caller(a_seller("bakery").username)

    def sold(self, buyer: Caller | None = None) -> dict[str, Any]:
        """An order of two bottles and a bag, as its buyer got it."""
        buyer = buyer or self.alice
        lines = [{"variant": str(self.mate.reference), "quantity": 2}, {"variant": str(self.crisps.reference)}]
        body = {"lines": lines, "price_shown": "9.00", "currency": buyer.user.currency}
        return self.done(buyer.post("purchases", body))["orders"][0]

    def refund(self, order: dict[str, Any], *lines: tuple[int, int], caller: Caller | None = None, **more: Any) -> Any:
        body = {"lines": [{"number": number, "quantity": many} for number, many in lines]}
        sent = {name: more.pop(name) for name in ("restock", "reason") if name in more}
        return (caller or self.seller).post(f"sales/orders/{order['id']}/refunds", body | sent, **more)


class Orders(SellingApi):
    def listed(self, **asked: Any) -> list[str]:
        return [order["id"] for order in self.done(self.seller.get("sales/orders", **asked), 200)["orders"]]

    def test_are_those_of_what_one_sells_with_the_buyer(self) -> None:
        first, second = self.sold(), self.sold(self.bob)
        self.assertEqual(self.listed(), [second["id"], first["id"]])
        found = self.done(self.seller.get(f"sales/orders/{first['id']}"), 200)
        self.assertEqual(found, first | {"buyer": {"username": "alice", "name": self.alice.user.get_full_name()}})
        self.assertEqual(self.done(self.baker.get("sales/orders"), 200), {"orders": [], "next": None})

    def test_that_wait_are_found_by_their_status_in_pages(self) -> None:
        made = [self.sold()["id"] for _ in range(3)]
        self.done(self.seller.post(f"sales/orders/{made[1]}/ready"), 200)
        self.assertEqual((self.listed(status="paid"), self.listed(status="ready")), ([made[2], made[0]], [made[1]]))
        self.assertEqual(self.listed(status="paid", limit="1", cursor=made[2]), [made[0]])
        self.assert_problem(self.seller.get("sales/orders", status="undone"), 422, "invalid")

    def test_need_as_many_queries_for_five_as_for_one(self) -> None:
        counts = []
        for many in (1, 4):
            for _ in range(many):
                self.sold()
            self.listed()
            with CaptureQueriesContext(connection) as asked:
                self.listed()
            counts.append(len(asked))
        self.assertEqual(counts[0], counts[1])

    def test_are_made_ready_and_collected_once_and_the_buyer_is_told(self) -> None:
        order, key = self.sold(), uuid4()
        for _ in range(2):
            ready = self.done(self.seller.post(f"sales/orders/{order['id']}/ready", key=key), 200)
            self.assertEqual(ready["status"], "ready")
        self.done(self.seller.post(f"sales/orders/{order['id']}/ready"), 200)
        self.assertEqual(self.done(self.alice.get(f"orders/{order['id']}"), 200)["status"], "ready")
        self.assertEqual(Notification.objects.filter(user=self.alice.user, kind="order_ready").count(), 1)
        self.assertEqual(
            self.done(self.seller.post(f"sales/orders/{order['id']}/collected"), 200)["status"], "collected"
        )
        self.assert_problem(self.seller.post(f"sales/orders/{order['id']}/ready"), 409, "order_went_on")
        steps = OrderStep.objects.filter(order__reference=order["id"]).order_by("pk").values_list("status", flat=True)
        self.assertEqual(list(steps), ["paid", "ready", "collected"])

    def test_of_others_do_not_exist_whoever_asks(self) -> None:
        order = self.sold()
        for caller in (self.baker, self.alice, Caller("tess")):
            self.assert_problem(caller.get(f"sales/orders/{order['id']}"), 404, "not_found")
            for step in ("ready", "collected"):
                self.assert_problem(caller.post(f"sales/orders/{order['id']}/{step}"), 404, "not_found")
            self.assert_problem(self.refund(order, (1, 1), caller=caller), 404, "not_found")
        self.assertEqual(Order.objects.get().status, "paid")
        self.assert_problem(self.alice.get("sales/orders"), 403, "role_missing")

    def test_are_out_of_reach_for_who_is_no_merchant_any_more(self) -> None:
        order = self.sold()
        User.objects.filter(pk=self.seller.user.pk).update(role="member")
        self.assert_problem(self.seller.get("sales/orders"), 403, "role_missing")
        self.assert_problem(self.seller.get(f"sales/orders/{order['id']}"), 404, "not_found")
        self.assert_problem(self.seller.get(f"stock/{self.mate.reference}"), 404, "not_found")

    def test_need_their_own_scope(self) -> None:
        order, program = self.sold(), Caller("kiosk", scopes=("shop:read", "shop:buy", "wallet:read"))
        self.assert_problem(program.get("sales/orders"), 403, "scope_missing")
        self.assert_problem(self.refund(order, (1, 1), caller=program), 403, "scope_missing")
        self.assert_problem(program.get(f"stock/{self.mate.reference}"), 403, "scope_missing")


class Refunds(SellingApi):
    def test_give_the_price_of_lines_back_and_the_goods_where_it_says_so(self) -> None:
        order = self.sold()
        refund = self.done(self.refund(order, (1, 1), (2, 1), restock=True, reason="Broken"))
        self.assertEqual((refund["order"], refund["amount"]), (order["id"], {"amount": "3.20", "currency": "GBP"}))
        stored = Refund.objects.get()
        self.assertEqual((str(stored.transfer.reference), stored.reason), (refund["transfer"], "Broken"))
        self.assertEqual((balance(self.alice.user), left([self.mate.pk])[self.mate.pk][1]), (gbp("998.80"), 11))
        found = self.done(self.seller.get(f"sales/orders/{order['id']}"), 200)
        self.assertEqual([line["refunded_quantity"] for line in found["lines"]], [1, 1])
        self.assertEqual((found["refunded"]["amount"], found["status"]), ("3.20", "paid"))
        self.done(self.refund(order, (1, 1)))
        self.assertEqual(self.done(self.alice.get(f"orders/{order['id']}"), 200)["status"], "refunded")

    def test_give_no_more_than_was_sold_and_no_line_that_is_not_there(self) -> None:
        order = self.sold()
        for lines in ([(1, 3)], [(1, 1), (3, 1)]):
            self.assert_problem(self.refund(order, *lines), 409, "more_than_sold")
        self.assert_problem(self.refund(order, (3, 1)), 422, "nothing_to_refund")
        self.done(self.refund(order, (1, 2)))
        self.assert_problem(self.refund(order, (1, 1)), 409, "more_than_sold")
        for lines in ([], [(1, 0)], [(1, 1), (1, 1)]):
            self.assert_problem(self.refund(order, *lines), 422, "invalid")
        self.assertEqual(Refund.objects.count(), 1)

    def test_of_the_same_key_are_one(self) -> None:
        order, key = self.sold(), uuid4()
        first, again = (self.refund(order, (1, 1), key=key) for _ in range(2))
        self.assertEqual((first.status_code, first.content), (201, again.content))
        self.assert_problem(self.refund(order, (1, 2), key=key), 422, "key_reused", field="lines")
        self.assertEqual((Refund.objects.count(), balance(self.alice.user)), (1, gbp("996.80")))

    def test_are_not_of_what_was_undone_or_of_money_that_is_spent(self) -> None:
        undone, order = self.sold(), self.sold()
        self.done(self.alice.post(f"orders/{undone['id']}/undo"), 200)
        self.assert_problem(self.refund(undone, (1, 1)), 409, "order_cannot_be_refunded")
        self.done(self.seller.post("transfers", {"payee": "bob", "amount": "4.40", "currency": "GBP"}))
        self.assert_problem(self.refund(order, (1, 1)), 409, "seller_lacks_funds")


class Stocks(SellingApi):
    def book(self, reason: str, many: int, *, key: UUID | None = None, variant: Any = None, **more: Any) -> Any:
        body = {"reason": reason, "quantity": many} | more
        return self.seller.post(f"stock/{(variant or self.mate).reference}", body, key=key)

    def test_grow_by_deliveries_and_shrink_by_waste(self) -> None:
        self.done(self.book("delivery", 24, note="Friday"))
        self.assertEqual(self.done(self.book("waste", 6))["quantity"], 6)
        found = self.done(self.seller.get(f"stock/{self.mate.reference}"), 200)
        expected = {"id": str(self.mate.reference), "title": "Club Mate", "counting": "strict", "left": 30}
        self.assertEqual(found, expected)
        newest = StockMove.objects.latest("pk")
        self.assertEqual((newest.reason, newest.change, newest.made_by), ("waste", -6, self.seller.user))

    def test_of_the_same_key_move_once_also_beside_a_page(self) -> None:
        key = uuid4()
        first, again = self.book("delivery", 5, key=key), self.book("delivery", 5, key=key)
        self.assertEqual((first.status_code, first.content), (201, again.content))
        self.assert_problem(self.book("delivery", 6, key=key), 422, "key_reused", field="quantity")
        of_a_page = uuid4()
        move(self.mate, 3, "delivery", by=self.seller.user, key=of_a_page)
        self.done(self.book("delivery", 3, key=of_a_page))
        self.assertEqual(left([self.mate.pk])[self.mate.pk][1], 20)
        with self.assertRaises(KeyReused):
            move(self.mate, 4, "delivery", by=self.seller.user, key=of_a_page)

    def test_that_are_strict_lose_no_more_than_is_there(self) -> None:
        self.assert_problem(self.book("waste", 13), 409, "sold_out")
        self.done(self.book("waste", 12))

    def test_that_nobody_counts_are_null_and_not_moved(self) -> None:
        found = self.done(self.seller.get(f"stock/{self.crisps.reference}"), 200)
        self.assertEqual((found["counting"], found["left"]), (None, None))
        self.assert_problem(self.book("delivery", 1, variant=self.crisps), 409, "stock_not_counted")

    def test_of_others_do_not_exist(self) -> None:
        cake = a_product("Cake", "3", seller=self.baker.user, stock=4)
        self.assert_problem(self.seller.get(f"stock/{cake.reference}"), 404, "not_found")
        self.assert_problem(self.book("waste", 4, variant=cake), 404, "not_found")
        self.assert_problem(Caller("tess").get(f"stock/{cake.reference}"), 404, "not_found")
        self.assertEqual(left([cake.pk]), {cake.pk: (True, 4)})

    def test_take_only_whole_numbers_above_zero(self) -> None:
        for many in (0, -1, 1_000_001, "5", 1.5, True):
            self.assert_problem(self.book("delivery", many), 422, "invalid")  # type: ignore[arg-type]
        self.assert_problem(self.book("sale", 1), 422, "invalid")
        self.assertEqual(person("kiosk").pk, self.seller.user.pk)

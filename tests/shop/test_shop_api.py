"""The shop by JSON: a program sees the catalogue, buys what its owner was shown, and undoes it."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from shop.models import Order, SalePoint, Variant
from shop.products.service import set_price
from shop.stock.queries import left
from tests.api.base import ApiTestCase, Caller
from tests.cast import balance, gbp, person
from tests.payments.test_debts import lets_owe

from .goods import a_product, a_sale_point, a_seller, bought, order_of


class ShopApi(ApiTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.point = a_sale_point(kind=SalePoint.Kind.WEB)
        self.mate = a_product(stock=12)

    def buy(
        self, *wanted: Variant, quantity: int = 1, shown: str = "1.20", caller: Caller | None = None, **more: Any
    ) -> Any:
        lines = [{"variant": str(each.reference), "quantity": quantity} for each in wanted or [self.mate]]
        caller = caller or self.alice
        body = {"lines": lines, "price_shown": shown, "currency": caller.user.currency}
        return caller.post("purchases", body, **more)

    def bought(self, **more: Any) -> dict[str, Any]:
        return self.done(self.buy(**more))["orders"][0]

    def assert_nothing_bought(self) -> None:
        self.assertEqual((Order.objects.count(), left([self.mate.pk])), (0, {self.mate.pk: (True, 12)}))
        self.assertEqual(balance(self.alice.user), gbp("1000"))


class TheCatalogue(ShopApi):
    def listed(self, caller: Caller | None = None, **asked: Any) -> dict[str, Any]:
        return self.done((caller or self.alice).get("catalogue", **asked), 200)

    def test_has_the_prices_deposits_and_stock_of_the_page(self) -> None:
        bottle = a_product("Bottle", "0.25", kind="deposit")
        beer = a_product("Beer", "2", minimum_age=16, deposit=bottle, stock=3)
        items = {item["title"]: item for item in self.listed()["items"]}
        mate = items["Club Mate"]
        self.assertEqual(mate["variant"], str(self.mate.reference))
        self.assertEqual((mate["price"], mate["cost"]), ({"amount": "1.20", "currency": "GBP"},) * 2)
        self.assertEqual((mate["left"], mate["by_staff_only"], mate["seller"]["username"]), (None, False, "kiosk"))
        found = items["Beer"]
        self.assertEqual((found["variant"], found["left"]), (str(beer.reference), 3))
        self.assertEqual((found["minimum_age"], found["by_staff_only"]), (16, True))
        self.assertEqual((found["deposit"]["amount"], found["cost"]["amount"]), ("0.25", "2.25"))

    def test_costs_in_the_members_currency_what_a_purchase_costs(self) -> None:
        (item,) = self.listed(self.carla)["items"]
        self.assertEqual(item["cost"], {"amount": "1.41", "currency": "EUR"})
        self.assertEqual(self.done(self.buy(shown="1.41", caller=self.carla))["paid"], item["cost"])

    def test_comes_in_pages_that_together_are_all_of_it_in_order(self) -> None:
        for number in range(4):
            a_product(f"Thing {number}", "1")
        whole = [item["title"] for item in self.listed()["items"]]
        found, cursor = [], ""
        for _ in range(5):
            asked: dict[str, Any] = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
            page = self.listed(**asked)
            found += [item["title"] for item in page["items"]]
            if (cursor := page["next"]) is None:
                break
        self.assertEqual((found, len(whole)), (whole, 5))
        self.assert_problem(self.alice.get("catalogue", cursor=str(uuid4())), 422, "cursor_unknown", field="cursor")

    def test_needs_as_many_queries_for_sixty_products_as_for_two(self) -> None:
        counts = []
        for many in (2, 60):
            for number in range(many):
                a_product(f"Product {many} {number}", "1", stock=5)
            self.listed()
            with CaptureQueriesContext(connection) as asked:
                self.listed()
            counts.append(len(asked))
        self.assertEqual(counts[0], counts[1])
        self.assertLessEqual(counts[1], 8)

    def test_is_empty_while_nothing_is_sold_to_members(self) -> None:
        SalePoint.objects.update(is_open=False)
        self.assertEqual(self.listed(), {"sale_point": None, "items": [], "next": None})
        self.assert_problem(self.buy(), 409, "not_sold")


class Purchases(ShopApi):
    def test_of_one_thing_is_an_order_that_waits_at_its_seller(self) -> None:
        purchase = self.done(self.buy(quantity=2, shown="2.40"))
        (order,) = purchase["orders"]
        stored = Order.objects.get()
        self.assertEqual((order["id"], order["code"], order["status"]), (str(stored.reference), stored.code, "paid"))
        self.assertEqual(purchase["paid"], {"amount": "2.40", "currency": "GBP"})
        self.assertEqual((balance(self.alice.user), left([self.mate.pk])[self.mate.pk][1]), (gbp("997.60"), 10))

    def test_are_answered_as_they_are_read_later(self) -> None:
        bottle = a_product("Bottle", "0.25", kind="deposit")
        crisps = a_product("Crisps", "1", seller=a_seller("bakery"), deposit=bottle)
        for caller, shown in ((self.alice, "2.45"), (self.carla, "3")):
            orders = self.done(self.buy(self.mate, crisps, shown=shown, caller=caller))["orders"]
            self.assertEqual(len(orders), 2)
            for order in orders:
                self.assertEqual(self.done(caller.get(f"orders/{order['id']}"), 200), order)

    def test_are_of_all_lines_or_of_none(self) -> None:
        self.assert_problem(self.buy(self.mate, a_product("Last", "1", stock=0), shown="9"), 409, "sold_out")
        self.assert_nothing_bought()

    def test_cost_no_more_than_was_shown_and_the_refusal_says_what_they_cost_now(self) -> None:
        key = uuid4()
        set_price(self.mate, gbp("1.50"), by=person("tess"))
        problem = self.assert_problem(self.buy(key=key), 409, "price_changed")
        self.assertEqual(problem["price"], {"amount": "1.50", "currency": "GBP"})
        self.assert_nothing_bought()
        self.assertEqual(self.bought(shown=problem["price"]["amount"], key=key)["total"], problem["price"])

    def test_are_not_of_what_is_sold_elsewhere_or_not_there(self) -> None:
        self.mate.is_shown = False
        self.mate.save()
        for variant in (self.mate, Variant(reference=uuid4())):
            self.assert_problem(self.buy(variant), 409, "not_sold")

    def test_are_refused_beyond_the_stock_the_money_and_the_debt_limit(self) -> None:
        piano = a_product("Piano", "1010")
        self.assert_problem(self.buy(quantity=13, shown="99"), 409, "sold_out")
        self.assert_problem(self.buy(piano, shown="1010"), 422, "debt_limit")
        self.assert_nothing_bought()
        lets_owe(self.alice.user, "-10")
        self.done(self.buy(piano, shown="1010"))
        self.assert_problem(self.buy(), 422, "debt_limit")

    def test_of_more_than_99_of_one_deposit_are_refused(self) -> None:
        bottle = a_product("Bottle", "0.25", kind="deposit")
        two = [a_product(name, "1", deposit=bottle) for name in ("Cola", "Juice")]
        self.assert_problem(self.buy(*two, quantity=50, shown="500"), 422, "too_many_of_one")
        self.done(self.buy(*two, quantity=49, shown="500"))

    def test_are_not_of_what_has_a_minimum_age(self) -> None:
        beer = a_product("Beer", "2", minimum_age=16)
        problem = self.assert_problem(self.buy(self.mate, beer, shown="9"), 403, "sold_by_staff_only")
        self.assertIn("Beer", problem["detail"])
        self.assert_nothing_bought()

    def test_are_in_the_wallets_currency_with_sound_lines(self) -> None:
        line = {"variant": str(self.mate.reference), "quantity": 1}
        for lines in ([], [line, line], [line | {"quantity": 0}], [line | {"quantity": 100}], [line | {"more": 1}]):
            body = {"lines": lines, "price_shown": "99", "currency": "GBP"}
            self.assert_problem(self.alice.post("purchases", body), 422, "invalid")
        body = {"lines": [line], "price_shown": "1.20", "currency": "EUR"}
        self.assert_problem(self.alice.post("purchases", body), 422, "other_currency", field="currency")
        self.assert_problem(self.buy(shown="1.200"), 422, "amount_too_precise", field="price_shown")
        self.assert_nothing_bought()

    def test_of_the_same_key_are_one_with_the_same_answer(self) -> None:
        key = uuid4()
        first = self.buy(key=key)
        set_price(self.mate, gbp("1.50"), by=person("tess"))
        again = self.buy(key=key)
        self.assertEqual((first.content, again.headers["Idempotent-Replayed"]), (again.content, "true"))
        for more in ({"quantity": 2}, {"shown": "1.30"}):
            problem = self.assert_problem(
                self.buy(key=key, **more), 422, "key_reused", field="lines" if "quantity" in more else "price_shown"
            )
            self.assertEqual(problem["earlier"]["operation"], "create_purchase")
        self.assertEqual(Order.objects.count(), 1)

    def test_of_a_key_that_a_page_has_used_are_answered_with_its_order(self) -> None:
        key = uuid4()
        order = order_of(bought(self.alice.user, self.mate, key=key))
        found = self.bought(key=key)
        self.assertEqual((found["id"], found["status"]), (str(order.reference), "collected"))
        self.assert_problem(self.buy(a_product("Crisps", "1.20"), key=uuid4(), shown="1"), 409, "price_changed")
        self.assertEqual(Order.objects.count(), 1)

    def test_need_no_pin_because_the_token_needed_it(self) -> None:
        """As for transfers: what a page asks the PIN for, a program proves by a token that was made with the PIN."""
        SalePoint.objects.update(pin=SalePoint.Pin.ALWAYS)
        self.client.force_login(self.alice.user)
        tap = {"key": str(uuid4()), "buy": f"{self.mate.reference}.120"}
        self.assertContains(self.client.post(reverse("shop:buy"), tap), "PIN", status_code=422)
        new = {"name": "program", "scopes": ["shop:buy"], "days": "30", "pin": "000000"}
        self.assertEqual(self.client.post(reverse("new_token"), new).status_code, 403)
        self.assert_nothing_bought()
        self.done(self.buy())

    def test_need_their_own_scope(self) -> None:
        program = Caller("alice", scopes=("shop:read", "transfers:write", "shop:sell"))
        self.assert_problem(self.buy(caller=program), 403, "scope_missing")
        order = self.bought()
        self.assert_problem(program.post(f"orders/{order['id']}/undo"), 403, "scope_missing")
        self.assert_problem(Caller("alice", scopes=("shop:buy",)).get("orders"), 403, "scope_missing")

    def test_are_not_of_who_is_frozen_nor_of_a_frozen_seller(self) -> None:
        seller = a_seller()
        seller.frozen = True
        seller.save()
        self.assert_problem(self.buy(), 403, "account_frozen")
        self.alice.user.frozen = True
        self.alice.user.save()
        self.assert_problem(self.buy(), 401, "token_invalid")
        self.assert_nothing_bought()

    def test_are_not_of_ones_own_goods(self) -> None:
        self.assert_problem(self.buy(caller=Caller(a_seller().username)), 422, "payee_is_payer", field="lines")


class Orders(ShopApi):
    def test_are_ones_own_the_newest_first_in_pages(self) -> None:
        mine = [self.bought()["id"] for _ in range(3)]
        self.bought(caller=self.bob)
        first = self.done(self.alice.get("orders", limit="2"), 200)
        rest = self.done(self.alice.get("orders", limit="2", cursor=first["next"]), 200)
        found = [order["id"] for page in (first, rest) for order in page["orders"]]
        self.assertEqual((found, rest["next"]), (mine[::-1], None))

    def test_need_as_many_queries_for_ten_as_for_one(self) -> None:
        counts = []
        for many in (1, 9):
            for _ in range(many):
                self.bought()
            self.alice.get("orders")
            with CaptureQueriesContext(connection) as asked:
                self.alice.get("orders")
            counts.append(len(asked))
        self.assertEqual(counts[0], counts[1])

    def test_of_others_do_not_exist(self) -> None:
        order = self.bought()["id"]
        self.assert_problem(self.bob.get(f"orders/{order}"), 404, "not_found")
        self.assert_problem(self.bob.post(f"orders/{order}/undo"), 404, "not_found")
        self.assert_problem(self.bob.get("orders", cursor=order), 422, "cursor_unknown", field="cursor")

    def test_are_undone_once_and_the_answer_is_kept(self) -> None:
        order, key = self.bought(), uuid4()
        undone = self.done(self.alice.post(f"orders/{order['id']}/undo", key=key), 200)
        self.assertEqual(undone, order | {"status": "undone"})
        self.assertEqual(self.done(self.alice.get(f"orders/{order['id']}"), 200), undone)
        again = self.alice.post(f"orders/{order['id']}/undo", key=key)
        self.assertEqual((again.json(), again.headers["Idempotent-Replayed"]), (undone, "true"))
        self.assert_problem(self.alice.post(f"orders/{order['id']}/undo"), 409, "order_already_undone")
        self.assertEqual((balance(self.alice.user), left([self.mate.pk])[self.mate.pk][1]), (gbp("1000"), 12))

    def test_are_not_undone_when_the_time_is_over_or_the_seller_has_spent_the_money(self) -> None:
        order = self.bought()["id"]
        Caller("kiosk").post("transfers", {"payee": "bob", "amount": "1.20", "currency": "GBP"})
        self.assert_problem(self.alice.post(f"orders/{order}/undo"), 409, "payee_lacks_funds")

"""The sellers' pages: orders made ready and collected, refunds, and what was sold by day, product and VAT rate."""

from __future__ import annotations

import csv
import datetime as dt
from typing import Any
from uuid import uuid4

from django.db import connection
from django.urls import reverse
from django.utils.timezone import localdate

from accounts.models import User
from events.models import Notification
from payments.owners import wallet_of
from shop.models import Order, OrderStep, Refund
from shop.orders.endings import undo
from shop.orders.pricing import Wanted, priced, total_of
from shop.orders.service import buy
from shop.products.models import Variant
from shop.products.service import set_price
from shop.selling import queries, service
from shop.selling.errors import OrderWentOn
from shop.selling.queries import Period, Taxed
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person
from tests.runner import as_owner

from .goods import a_product, a_sale_point, a_seller, bought, order_of
from .test_refunds import refunded

TODAY = localdate


def ordered(buyer: User, *variants: Variant, quantity: int = 1) -> Order:
    """An order that was paid on the members' pages and waits."""
    wanted = [Wanted(variant, quantity) for variant in variants]
    shown = total_of(priced(wallet_of(buyer), wanted, a_sale_point()))
    made = buy(buyer=buyer, wanted=wanted, sale_point=a_sale_point(), shown=shown, key=uuid4(), pin=None, status="paid")
    return order_of(made)


class AnOrder(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.mate = person("alice"), a_product(stock=10)
        self.order = ordered(self.alice, self.mate, quantity=2)
        self.address = reverse("shop:selling_order", args=[self.order.reference])
        self.client.force_login(a_seller())

    def press(self, step: str, **typed: Any) -> Any:
        return self.client.post(self.address, {"step": step, "key": str(uuid4())} | typed, follow=True)

    def test_waits_is_made_ready_and_is_collected(self) -> None:
        self.assertContains(self.client.get(reverse("shop:selling_orders")), "To make ready")
        for _ in range(2):
            self.assertContains(self.press("ready"), "Ready: the buyer was told.")
        told = Notification.objects.get(user=self.alice, kind="order_ready")
        self.assertEqual(told.actor, a_seller())
        self.assertEqual(self.client.get(reverse("shop:selling_orders")).context["ready"][0], self.order)
        for _ in range(2):
            self.press("collected")
        steps = OrderStep.objects.order_by("pk").values_list("status", "made_by")
        seller = a_seller().pk
        self.assertEqual(list(steps), [("paid", self.alice.pk), ("ready", seller), ("collected", seller)])
        self.assertContains(self.press("ready"), "was collected, undone or refunded meanwhile")

    def test_that_was_undone_is_not_made_ready(self) -> None:
        undo(order=self.order, by=self.alice, key=uuid4())
        for step in (service.make_ready, service.collect):
            with self.assertRaises(OrderWentOn):
                step(self.order, by=a_seller())
        self.assertEqual(Order.objects.get().status, "undone")

    def test_is_found_by_its_code_in_any_case(self) -> None:
        page = reverse("shop:selling_orders")
        for code in (self.order.code, f" {self.order.code.lower()} "):
            self.assertRedirects(self.client.get(page, {"code": code}), self.address)
        for nonsense in ("000000", "x", "\0", "🍺" * 6):
            self.assertContains(self.client.get(page, {"code": nonsense}), "no order with this code")

    def test_of_another_seller_does_not_exist(self) -> None:
        self.client.force_login(a_seller("stage"))
        self.assertEqual(self.client.get(self.address).status_code, 404)
        self.assertEqual(self.press("ready").status_code, 404)
        self.assertEqual(self.press("refund", line_1="1", pin=PIN).status_code, 404)
        page = self.client.get(reverse("shop:selling_orders"), {"code": self.order.code})
        self.assertContains(page, "no order with this code")
        self.assertEqual(Order.objects.get().status, "paid")

    def test_is_refunded_on_its_page_by_lines_with_the_pin(self) -> None:
        self.assertContains(self.press("refund", line_1="1", pin="111111"), "PIN", status_code=403)
        self.assertContains(self.press("refund", line_1="3", pin=PIN), "more than was sold", status_code=409)
        self.assertContains(self.press("refund", pin=PIN), "how many of which", status_code=422)
        key = str(uuid4())
        self.assertContains(
            self.press("refund", line_1="1", restock="on", reason="flat", pin=PIN, key=key), "Refunded."
        )
        self.assertContains(self.press("refund", line_1="1", restock="on", pin=PIN, key=key), "refunded before")
        self.assertEqual((balance(self.alice), Refund.objects.get().reason), (gbp("998.80"), "flat"))

    def test_is_refunded_by_the_treasury_and_never_ones_own(self) -> None:
        tess = person("tess")
        own = ordered(tess, self.mate)
        self.client.force_login(tess)
        page = reverse("staff:shop_order", args=[own.reference])
        self.assertContains(self.client.get(page), "This is your own purchase.")
        typed = {"step": "refund", "line_1": "1", "pin": PIN, "key": str(uuid4())}
        self.client.post(page, typed)
        self.assertFalse(Refund.objects.exists())
        self.client.post(reverse("staff:shop_order", args=[self.order.reference]), typed)
        self.assertEqual(Refund.objects.get().made_by, tess)


class Sales(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.seller = person("alice"), a_seller()
        self.mate, self.book = a_product(vat_permille=190), a_product("Book", "9.99", vat_permille=70)
        self.period = Period(TODAY(), TODAY())
        self.sellers = [wallet_of(self.seller).pk]

    def vat(self, period: Period | None = None) -> dict[int, tuple[int, int]]:
        return {row.permille: (row.gross, row.vat) for row in queries.by_vat(period or self.period, self.sellers)}

    def test_vat_is_rounded_half_up_for_each_order_and_rate(self) -> None:
        with connection.cursor() as cursor:
            for gross, permille, vat in (
                (120, 190, 19),
                (119, 190, 19),
                (999, 70, 65),
                (1, 0, 0),
                (3, 1000 - 1, 1),
                (3, 200, 1),
            ):
                cursor.execute("SELECT shop_vat(%s, %s)", [gross, permille])
                exact = gross * permille / (1000 + permille)
                self.assertEqual(cursor.fetchone()[0], vat, exact)
        for _ in range(3):
            bought(self.alice, self.mate, self.book)
        # 120 × 19 / 119 = 19.16 → 19 and 999 × 7 / 107 = 65.36 → 65, three times; of the sums it would be 57 and 196.
        self.assertEqual(self.vat(), {190: (360, 57), 70: (2997, 195)})

    def test_half_a_minor_unit_is_rounded_up(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT shop_vat(3, 200)")  # 0.5
            self.assertEqual(cursor.fetchone()[0], 1)

    def test_what_was_refunded_in_parts_leaves_no_vat_behind(self) -> None:
        order = order_of(bought(self.alice, self.mate, quantity=7))
        for _ in range(7):
            refunded(order, line_1=1)
        self.assertEqual(self.vat(), {190: (0, 0)})

    def test_a_refund_counts_on_its_own_day_and_a_month_that_is_over_never_changes(self) -> None:
        order = order_of(bought(self.alice, self.mate, quantity=3))
        as_owner(
            connection.settings_dict["NAME"],
            [
                "ALTER TABLE shop_order DISABLE TRIGGER USER",
                "UPDATE shop_order SET made_at = made_at - interval '40 days'",
            ],
        )
        then = TODAY() - dt.timedelta(days=40)
        of_then = Period(then, then)
        before = self.vat(of_then)
        refunded(order, line_1=1)
        refunded(order, line_1=1)
        self.assertEqual((self.vat(of_then), before), ({190: (360, 57)}, {190: (360, 57)}))
        self.assertEqual(self.vat(), {190: (-240, -38)})
        self.assertEqual(self.vat(Period(then, TODAY())), {190: (120, 19)})

    def test_are_asked_month_by_month(self) -> None:
        parts = list(Period(dt.date(2025, 11, 28), dt.date(2026, 3, 1)).months())
        ends = [(str(part.first), str(part.last)) for part in parts]
        self.assertEqual(ends[:2], [("2025-11-28", "2025-11-30"), ("2025-12-01", "2025-12-31")])
        self.assertEqual(ends[2:], [("2026-01-01", "2026-01-31"), ("2026-02-01", "2026-02-28"), ("2026-03-01",) * 2])
        self.assertEqual(list(self.period.months()), [self.period])

    def test_what_was_undone_counts_nowhere(self) -> None:
        undo(order=order_of(bought(self.alice, self.mate)), by=self.alice, key=uuid4())
        self.assertEqual(queries.by_day(self.period, self.sellers), [])

    def test_keeps_the_prices_and_titles_as_sold(self) -> None:
        bought(self.alice, self.mate)
        set_price(self.mate, gbp("2"), by=person("tess"), vat_permille=70)
        bought(self.alice, self.mate, quantity=2)
        (row,) = queries.by_product(self.period, self.sellers)
        self.assertEqual((row.heading, row.quantity, row.gross), ("Club Mate", 3, 520))
        self.assertEqual(self.vat(), {190: (120, 19), 70: (400, 26)})

    def test_page_and_files_are_of_the_seller_alone(self) -> None:
        bought(self.alice, self.mate, quantity=2)
        bought(self.alice, a_product("=Shirt", "15", seller=a_seller("stage")))
        self.client.force_login(self.seller)
        page = self.client.get(reverse("shop:selling_sales"))
        self.assertContains(page, "Club Mate")
        self.assertNotContains(page, "Shirt")
        days = {"first": str(TODAY()), "last": str(TODAY())}
        rows = self.file("shop:selling", "products", days)
        self.assertEqual(rows[1:], [["kiosk", "Club Mate", "2", "2.40", "0", "0.00", "2.40", "GBP"]])
        self.assertEqual(self.file("shop:selling", "vat", days)[1:], [["kiosk", "19", "2.40", "0.38", "2.02", "GBP"]])
        self.client.force_login(person("audrey"))
        rows = self.file("staff:shop", "products", days)
        self.assertEqual([row[:2] for row in rows[1:]], [["kiosk", "Club Mate"], ["stage", "'=Shirt"]])
        self.assertEqual(len(self.file("staff:shop", "days", days)), 3)

    def test_nonsense_is_refused(self) -> None:
        self.client.force_login(self.seller)
        page = reverse("shop:selling_sales")
        for first, last in (("x", "2026-01-01"), ("2026-02-01", "2026-01-01"), ("2020-01-01", "2026-01-01"), ("", "")):
            self.assertEqual(self.client.get(page, {"first": first, "last": last}).status_code, 422)
        for report in ("days", "people"):
            address = reverse("shop:selling_sales_file", args=[report])
            self.assertEqual(self.client.get(address, {"first": "x", "last": "x"}).status_code, 404)

    def file(self, prefix: str, report: str, days: dict[str, str]) -> list[list[str]]:
        answer = self.client.get(reverse(f"{prefix}_sales_file", args=[report]), days)
        return list(csv.reader(answer.content.decode().splitlines()))

    def test_sums_agree_with_the_orders(self) -> None:
        for quantity in (1, 2, 5):
            order = order_of(bought(self.alice, self.mate, self.book, quantity=quantity))
            refunded(order, line_2=1)
        days, products = queries.by_day(self.period, None), queries.by_product(self.period, None)
        total = sum(order.total_minor - order.refunded_minor for order in Order.objects.all())
        vat: list[Taxed] = queries.by_vat(self.period, None)
        sums = {sum(row.net for row in days), sum(row.net for row in products), sum(row.gross for row in vat)}
        self.assertEqual(sums, {total})

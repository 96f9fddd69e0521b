"""Stories 1 and 2, and a bar's till: on a small phone in the dark and at a desk, with JavaScript and without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.test import tag
from playwright.sync_api import Page, expect

from accounts.models import User
from payments.owners import wallet_of
from shop.models import Line, Order, SalePoint, Variant
from shop.products.service import make_product, set_price
from shop.selling import service as selling
from tests.cast import balance, gbp, person
from tests.shop.goods import a_sale_point, a_seller
from tests.shop.test_till import a_till

from .base import DESK, SMALL_PHONE, BrowserTestCase


@tag("slow")
class Shopping(BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice = person("alice")
        self.shop = a_sale_point("Online", kind=SalePoint.Kind.WEB)
        self.bottle = self.sold("Bottle", "0.25", kind="deposit")
        self.coffee = self.sold("Filter coffee", "0.60", is_featured=True)
        self.mate = self.sold("Club Mate", "1.20", deposit=self.bottle)
        self.bakery = a_seller("bakery")
        self.cake = self.sold("Apple cake", "2.00", seller=self.bakery)

    def sold(self, name: str, price: str, *, seller: User | None = None, **more: Any) -> Variant:
        wallet = wallet_of(seller or a_seller())
        tess, shop = person("tess"), [self.shop]
        product = make_product(seller=wallet, name=name, price=gbp(price), by=tess, sale_points=shop, **more)
        return Variant.objects.select_related("product__seller").get(product=product)

    def visits(self) -> Iterator[Page]:
        for viewport, scheme in ((SMALL_PHONE, "dark"), (DESK, "light")):
            for self.runs_scripts in (True, False):
                yield self.visit(viewport=viewport, color_scheme=scheme, java_script_enabled=self.runs_scripts)

    def test_a_coffee_is_bought_in_one_tap_undone_and_bought_again(self) -> None:
        for number, page in enumerate(self.visits(), 1):
            self.sign_in(page, "alice")
            page.get_by_role("link", name="Shop", exact=True).click()
            self.look(page)
            page.get_by_role("button", name="Buy Filter coffee").first.click()
            expect(page.get_by_role("status")).to_contain_text("Filter coffee bought")
            self.look(page)
            page.get_by_role("button", name="Undo").click()
            expect(page.get_by_role("status")).to_contain_text("undone")
            page.get_by_role("button", name="Buy Filter coffee").first.click()
            expect(page.get_by_role("status")).to_contain_text("Filter coffee bought")
            page.reload()  # the page after a purchase is a page like any other: looking again buys nothing
            self.assertEqual(balance(self.alice), gbp("1000") - gbp("0.60") * number)
        self.assertEqual(Order.objects.filter(status="undone").count(), 4)

    def test_a_cart_of_two_sellers_shows_a_price_that_rose_is_paid_made_ready_and_collected(self) -> None:
        cost = gbp("0")
        for page, price in zip(self.visits(), ("2.50", "3.00", "3.50", "4.00"), strict=True):
            self.sign_in(page, "alice")
            self.go(page, "shop:shop")
            for name in ("Club Mate", "Club Mate", "Apple cake"):
                page.get_by_role("button", name=f"Add {name}").first.click()
                page.get_by_text("cart").first.wait_for()
            page.get_by_role("link", name="Cart").click()
            expect(page.get_by_role("main")).to_contain_text("2 × Bottle")
            self.look(page)
            set_price(self.cake, gbp(price), by=person("tess"))
            page.get_by_role("button", name="Pay").click()
            expect(page.get_by_role("alert")).to_contain_text("price has changed")
            expect(page.get_by_role("main")).to_contain_text("costs more now")
            self.look(page)
            total = gbp("2.90") + gbp(price)
            page.get_by_role("button", name=f"Pay £{total.decimal}").click()
            page.get_by_text("£").first.wait_for()
            cost += total
            self.assertEqual(balance(self.alice), gbp("1000") - cost)
            self.collect_from_the_bakery(page)

    def collect_from_the_bakery(self, page: Page) -> None:
        """The seller makes the order ready; the buyer is told, shows the code and has it collected."""
        order = Order.objects.get(pk=Line.objects.filter(variant=self.cake).latest("pk").order_id)
        selling.make_ready(order, by=self.bakery)
        self.go(page, "payments:notifications")
        page.get_by_role("link", name="ready").first.click()
        expect(page.get_by_role("main")).to_contain_text(f"Say the code {order.code}")
        self.look(page)
        selling.collect(order, by=self.bakery)
        page.reload()
        expect(page.get_by_role("main")).to_contain_text("Collected")

    def test_a_cashier_sells_for_cash_undoes_it_sells_to_a_member_and_takes_a_bottle_back(self) -> None:
        beer = self.sold("Beer", "3.00", minimum_age=18, deposit=self.bottle)
        a_till(self.coffee, beer, self.bottle)
        for number, page in enumerate(self.visits(), 1):
            self.sign_in(page, "cass")
            self.go(page, "shop:tills")
            page.get_by_role("link", name="Bar").click()
            self.look(page)
            for _ in range(2):
                page.get_by_label("Products").get_by_role("link", name="Filter coffee").click()
            page.get_by_role("link", name="Cash", exact=True).click()
            page.get_by_role("link", name="£5.00").click()
            expect(page.locator(".till__change")).to_contain_text("£3.80")
            self.look(page)
            page.get_by_role("button", name="Sell for £1.20").click()
            page.get_by_text("Sold: £1.20. Change: £3.80.").wait_for()
            page.locator("summary", has_text="Undo").first.click()
            self.look(page)
            page.get_by_role("button", name="Yes, undo it").first.click()
            page.get_by_text("Undone. Give £1.20 back in cash.").wait_for()

            page.get_by_label("Products").get_by_role("link", name="Beer").click()
            page.get_by_label("Member").fill("arch")
            page.get_by_role("button", name="Find").click()
            page.get_by_role("link", name="Alice Archer").click()
            self.look(page)
            page.get_by_role("button", name="Sell for £3.25").click()
            expect(page.get_by_role("alert")).to_contain_text("Is the buyer 18 or older?")
            page.get_by_label("ID seen: 18 or older").check()
            self.look(page)
            page.get_by_role("button", name="Sell for £3.25").click()
            page.get_by_text("Sold: £3.25.").wait_for()
            self.assertEqual(balance(self.alice), gbp("1000") - gbp("3.25") * number)

            page.get_by_label("Deposit back").get_by_role("link", name="Bottle").click()
            page.get_by_role("link", name="Cash", exact=True).click()
            self.look(page)
            page.get_by_role("button", name="Give £0.25 in cash").click()
            page.get_by_text("Give £0.25 in cash.").wait_for()
            page.get_by_role("link", name="Today").click()
            self.look(page)

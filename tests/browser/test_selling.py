"""Stories 8 and 9 of the shop: staff make and count a product; a merchant makes an order ready and refunds a part."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from django.test import tag
from PIL import Image
from playwright.sync_api import Page

from shop.models import Order, SalePoint, Variant
from shop.products.service import make_product
from shop.stock.queries import left
from tests.cast import PIN, balance, gbp, person
from tests.shop.goods import a_product, a_sale_point, a_seller, bought
from tests.shop.test_selling import ordered

from .base import DESK, SMALL_PHONE, BrowserTestCase


@tag("slow")
class Selling(BrowserTestCase):
    def test_staff_make_a_product_price_it_picture_it_and_count_it(self) -> None:
        a_seller()
        a_sale_point()
        for name, page in self.visits():
            self.sign_in(page, "tess")
            self.make_and_count(page, f"Club Mate {name}")

    def visits(self) -> Iterator[tuple[str, Page]]:
        """A small phone in the dark, a desk, and a desk without scripts."""
        for name, options in (
            ("phone", {"viewport": SMALL_PHONE, "color_scheme": "dark"}),
            ("desk", {"viewport": DESK}),
            ("plain", {"viewport": DESK, "java_script_enabled": False}),
        ):
            self.runs_scripts = name != "plain"
            yield name, self.visit(**options)

    def make_and_count(self, page: Page, name: str) -> None:
        self.go(page, "staff:shop_products")
        self.look(page)
        page.get_by_role("link", name="New product").click()
        page.get_by_label("Name", exact=True).fill(name)
        page.get_by_label("Price").fill("1.20")
        page.get_by_label("VAT").fill("19")
        self.look(page)
        page.get_by_role("button", name="Make the product").click()
        page.get_by_text("The product was made.").wait_for()
        page.get_by_label("Fridge", exact=True).check()
        page.get_by_label("Section at Fridge").fill("Drinks")
        page.get_by_role("button", name="Save where it is sold").click()
        with TemporaryDirectory() as folder:
            file = Path(folder) / "mate.png"
            written = io.BytesIO()
            Image.new("RGB", (800, 600), "orange").save(written, "PNG")
            file.write_bytes(written.getvalue())
            page.get_by_label("Picture", exact=True).set_input_files(file)
            page.get_by_role("button", name="Save the picture").click()
        page.get_by_alt_text(f"Picture of {name}").wait_for()
        self.look(page)
        page.get_by_role("link", name=name, exact=True).click()
        page.get_by_role("textbox", name="Price").first.fill("1.50")
        page.get_by_role("button", name="Change the price").click()
        page.get_by_text("What was sold before keeps its price.").wait_for()
        self.look(page)
        page.get_by_role("link", name="Stock", exact=True).click()
        page.get_by_label("Strictly").check()
        page.get_by_role("button", name="Begin to count").click()
        page.get_by_label("How many").first.fill("24")
        page.get_by_role("button", name="Add the delivery").click()
        self.look(page)
        page.get_by_role("button", name="Count it now").click()
        variant = Variant.objects.select_related("product__seller").get(product__name=name)
        self.assertEqual(left([variant.pk]), {variant.pk: (True, 24)})
        bought(person("bob"), variant)
        self.look(page)
        page.get_by_label(name).fill("23")
        page.get_by_role("button", name="Save the counts").click()
        page.get_by_text("23 counted, 24 expected").wait_for()
        self.look(page)
        self.assertEqual(left([variant.pk]), {variant.pk: (True, 22)})

    def test_a_merchant_makes_an_order_ready_and_refunds_a_part(self) -> None:
        alice, point = person("alice"), a_sale_point()
        mate = a_product(stock=10, vat_permille=190)
        long = "Schokoladen-Haselnuss-Waffelschnitten mit sehr langem Namen <b>"
        make_product(seller=mate.product.seller, name=long, price=gbp("2"), by=person("tess"), sale_points=[point])
        order = ordered(alice, mate, quantity=3)
        for _, page in self.visits():
            self.sign_in(page, "kiosk")
            page.get_by_role("link", name="Selling").click()
            self.look(page)
            page.get_by_label("Code of an order").fill(order.code.lower())
            page.get_by_role("button", name="Find").click()
            if Order.objects.get(pk=order.pk).status == "paid":
                page.get_by_role("button", name="Ready").click()
                page.get_by_text("Ready: the buyer was told.").wait_for()
            page.get_by_label("Club Mate").fill("1")
            page.get_by_label("Put the goods back into stock").check()
            page.get_by_label("PIN").fill(PIN)
            self.look(page)
            page.get_by_role("button", name="Refund").click()
            page.get_by_text("Refunded.", exact=True).wait_for()
            page.get_by_role("link", name="Sales", exact=True).click()
            self.look(page)
            with page.expect_download() as download:
                page.get_by_role("link", name="VAT as CSV").click()
            self.assertIn("sales-vat", download.value.suggested_filename)
            page.get_by_role("link", name="Products", exact=True).click()
            self.look(page)
        self.assertEqual(balance(alice), gbp("1000"))

    def test_rules_and_sale_points_fit_a_phone(self) -> None:
        point: SalePoint = a_sale_point()
        _, page = next(self.visits())
        self.sign_in(page, "tess")
        for name, args in (("rules", []), ("sale_points", []), ("sale_point", [point.reference]), ("orders", [])):
            self.go(page, f"staff:shop_{name}", *args)
            self.look(page)

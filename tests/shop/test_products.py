"""Staff's and merchants' pages of products: making one, prices that keep their history, and what else is changed."""

from __future__ import annotations

from typing import Any

from django.urls import reverse

from payments.owners import wallet_of
from shop.models import Category, Change, HappyHour, Product, Revision, SalePoint, Variant
from shop.products.service import set_price
from tests.base import MoneyTestCase
from tests.cast import gbp, person

from .goods import a_product, a_sale_point, a_seller, bought, order_of


class ProductPages(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.seller, self.point = a_seller(), a_sale_point()
        self.client.force_login(person("tess"))

    def made(self, **typed: Any) -> Any:
        form = {"name": "Club Mate", "kind": "goods", "price": "1.20", "variants": ""} | typed
        return self.client.post(f"{reverse('staff:shop_new_product')}?seller=kiosk", form, follow=True)

    def test_say_what_to_do_first(self) -> None:
        self.assertContains(self.client.get(reverse("staff:shop_products")), "Make the first product")

    def test_make_a_product_with_variants_in_a_new_category(self) -> None:
        answer = self.made(variants="S\nM\r\n L ", vat="7.7", category="Shirts", minimum_age="18", is_featured="on")
        self.assertContains(answer, "The product was made")
        product = Product.objects.get()
        self.assertEqual((product.seller, product.is_featured), (wallet_of(self.seller), True))
        self.assertEqual(product.category, Category.objects.get(name="Shirts"))
        revisions = Revision.objects.order_by("variant__position")
        self.assertEqual([str(each) for each in revisions], [f"Club Mate {size} (1)" for size in "SML"])
        self.assertEqual(
            {(each.unit_minor, each.vat_permille, each.minimum_age) for each in revisions}, {(120, 77, 18)}
        )
        self.assertEqual({each.made_by for each in revisions}, {person("tess")})

    def test_refuse_nonsense_with_the_form_kept(self) -> None:
        for field, typed in (
            ("vat", "100"), ("vat", "-1"), ("vat", "\u0661"), ("price", "0"), ("price", "-1"), ("price", "1.234"),
            ("price", "NaN"), ("price", "10000000.01"), ("minimum_age", "x"), ("name", ""), ("name", "a\tb"),
            ("name", "Mate \u202eetaM"), ("category", "\u2066Drinks"), ("variants", "S\nS"), ("variants", "S\nM\x01"),
            ("variants", "S\u202e"),
        ):  # fmt: skip
            with self.subTest(field, typed=typed):
                answer = self.made(**{field: typed})
                self.assertIn(field, answer.context["form"].errors)
        self.assertFalse(Product.objects.exists())

    def test_a_deposit_comes_with_others_and_brings_none(self) -> None:
        bottle = a_product("Bottle", "0.25", kind="deposit")
        answer = self.made(kind="deposit", deposit=str(bottle.reference))
        self.assertIn("deposit", answer.context["form"].errors)
        self.made(deposit=str(bottle.reference))
        self.assertEqual(Revision.objects.get(title="Club Mate").deposit, bottle)
        address = reverse("staff:shop_variant", args=[bottle.reference])
        typed = {"step": "price", "price-price": "0.30", "price-deposit": str(bottle.reference)}
        self.client.post(address, typed)
        self.assertEqual(list(bottle.revisions.values_list("unit_minor", "deposit")), [(25, None), (30, None)])
        foreign = a_product("Crate", "1", kind="deposit", seller=a_seller("stage"))
        self.assertIn("deposit", self.made(deposit=str(foreign.reference)).context["form"].errors)

    def test_list_it_at_sale_points_and_in_a_section(self) -> None:
        self.made()
        product = Product.objects.get()
        address = reverse("staff:shop_product", args=[product.reference])
        typed = {"step": "listed", f"listed-at_{self.point.pk}": "on", f"listed-section_{self.point.pk}": "Drinks"}
        self.assertContains(self.client.post(address, typed, follow=True), "Saved.")
        self.assertEqual(product.listings.get().section, "Drinks")
        self.assertContains(self.client.get(reverse("staff:shop_products")), "Fridge (Drinks)")
        self.client.post(address, {"step": "listed"})
        self.assertFalse(product.listings.exists())
        said = [change.what for change in Change.objects.order_by("pk")]
        self.assertEqual(said, ["Made", "Sold at Fridge (Drinks)", "Not sold at Fridge any more"])

    def test_a_new_price_keeps_the_old_one_and_what_was_sold(self) -> None:
        mate = a_product()
        order = order_of(bought(person("alice"), mate))
        address = reverse("staff:shop_variant", args=[mate.reference])
        page = self.client.get(address)
        self.assertContains(page, "Now")
        typed = {"step": "price", "price-price": "1.50", "price-vat": "19", "price-after": "1"}
        answer = self.client.post(address, typed, follow=True)
        self.assertContains(answer, "What was sold before keeps its price.")
        for text in ("£1", "1.50", "19 %", "Tess Taylor"):
            self.assertContains(answer, text.partition(".")[0])
        self.assertEqual(list(Revision.objects.values_list("number", "unit_minor")), [(1, 120), (2, 150)])
        order.refresh_from_db()
        self.assertEqual(order.total, gbp("1.20"))
        again = self.client.post(address, typed | {"price-after": "2"}, follow=True)
        self.assertContains(again, "Nothing changed")
        self.assertEqual(Revision.objects.count(), 2)

    def test_a_price_that_another_changed_meanwhile_is_looked_at_again(self) -> None:
        mate = a_product()
        set_price(mate, gbp("2"), by=person("admin"))
        typed = {"step": "price", "price-price": "1.50", "price-after": "1"}
        answer = self.client.post(reverse("staff:shop_variant", args=[mate.reference]), typed)
        self.assertContains(answer, "Somebody else has changed the price", status_code=409)
        self.assertEqual(Revision.objects.count(), 2)

    def test_a_new_name_is_a_new_revision_and_what_was_sold_keeps_its_title(self) -> None:
        mate = a_product()
        order = order_of(bought(person("alice"), mate))
        typed = {"step": "details", "details-name": "Mate", "details-is_shown": "on", "details-is_featured": "on"}
        self.client.post(reverse("staff:shop_product", args=[mate.product.reference]), typed)
        mate.refresh_from_db()
        now = Revision.objects.get(current_of=mate)
        self.assertEqual((now.title, now.unit_minor), ("Mate", 120))
        self.assertEqual(order.lines.get().title, "Club Mate")
        said = {change.what for change in Change.objects.all()}
        self.assertEqual(said, {"Made", "Renamed: Club Mate → Mate", "Featured"})

    def test_barcodes_are_found_and_belong_to_one_product(self) -> None:
        mate, crisps = a_product(), a_product("Crisps", "2")
        for variant, expected in ((mate, 200), (crisps, 409), (mate, 409)):
            answer = self.client.post(
                reverse("staff:shop_variant", args=[variant.reference]),
                {"step": "barcode", "barcode-code": "0401 2345-67"},
                follow=True,
            )
            self.assertEqual(answer.status_code, expected)
        page = self.client.get(reverse("staff:shop_products"), {"q": "040123456 7"})
        self.assertEqual([product.name for product in page.context["page"]], ["Club Mate"])
        address = reverse("staff:shop_variant", args=[mate.reference])
        self.client.post(address, {"step": "no_barcode", "which": "040123 4567"})
        self.client.post(address, {"step": "no_barcode", "which": "0401234567"})
        self.assertFalse(mate.barcodes.exists())

    def test_a_happy_hour_is_ended_and_not_deleted(self) -> None:
        mate = a_product()
        address = reverse("staff:shop_variant", args=[mate.reference])
        typed = {
            "step": "happy", "happy-price": "0.90", "happy-starts_at": "2026-01-01T00:00",
            "happy-ends_at": "2030-01-01T00:00",
        }  # fmt: skip
        wrong = self.client.post(address, typed | {"happy-is_weekly": "on"})
        self.assertContains(wrong, "less than a week")
        for field, nonsense in (
            ("price", "10000000.01"),
            ("starts_at", "0001-01-01T00:00"),
            ("ends_at", "9999-12-31T23:59"),
        ):
            answer = self.client.post(address, typed | {f"happy-{field}": nonsense})
            self.assertIn(field, answer.context["forms"]["happy"].errors)
        self.client.post(address, typed)
        self.assertEqual(order_of(bought(person("alice"), mate)).total, gbp("0.90"))
        happy_hour = HappyHour.objects.get()
        for _ in range(2):
            self.client.post(address, {"step": "end_happy", "which": str(happy_hour.pk)})
        self.assertEqual(order_of(bought(person("alice"), mate)).total, gbp("1.20"))
        self.assertContains(self.client.get(address), "ended")

    def test_show_featured_ones_first_and_what_is_left(self) -> None:
        a_product("Apple", stock=0)
        a_product("Zucchini", stock=3, is_featured=True)
        page = self.client.get(reverse("staff:shop_products"))
        self.assertEqual([product.name for product in page.context["page"]], ["Zucchini", "Apple"])
        self.assertContains(page, "3 left")
        self.assertContains(page, "sold out")


class WhoMay(MoneyTestCase):
    def test_auditors_read_and_change_nothing(self) -> None:
        mate = a_product(stock=3)
        self.client.force_login(person("audrey"))
        product, variant, stock = (
            reverse("staff:shop_product", args=[mate.product.reference]),
            reverse("staff:shop_variant", args=[mate.reference]),
            reverse("staff:shop_variant_stock", args=[mate.reference]),
        )
        self.assertNotContains(self.client.get(reverse("staff:shop_products")), "New product")
        for address in (product, variant, stock, reverse("staff:shop_stock"), reverse("staff:shop_rules")):
            self.assertEqual(self.client.get(address).status_code, 200, address)
            self.assertEqual(self.client.post(address, {"step": "hide"}).status_code, 403, address)
        self.assertEqual(self.client.get(reverse("staff:shop_new_product")).status_code, 403)
        mate.refresh_from_db()
        self.assertTrue(mate.is_shown)

    def test_cashiers_and_members_do_not_open_them(self) -> None:
        for who in ("cass", "alice"):
            self.client.force_login(person(who))
            for page in ("staff:shop_products", "staff:shop_rules", "shop:selling_products", "shop:selling_orders"):
                self.assertEqual(self.client.get(reverse(page)).status_code, 403)

    def test_a_merchant_manages_its_own_and_finds_no_others(self) -> None:
        own, other = a_product(), a_product("Shirt", "15", seller=a_seller("stage"))
        self.client.force_login(a_seller())
        page = self.client.get(reverse("shop:selling_products"))
        self.assertContains(page, "Club Mate")
        self.assertNotContains(page, "Shirt")
        for name, variant, expected in (("own", own, 302), ("other", other, 404)):
            with self.subTest(name):
                for page_of, reference in (
                    ("variant", variant.reference), ("product", variant.product.reference),
                ):  # fmt: skip
                    address = reverse(f"shop:selling_{page_of}", args=[reference])
                    typed = {"step": "hide"} if page_of == "variant" else {
                        "step": "details", "details-name": "x", "details-is_shown": "on",
                    }  # fmt: skip
                    self.assertEqual(self.client.post(address, typed).status_code, expected)
        self.assertEqual(Variant.objects.get(pk=other.pk).is_shown, True)
        self.assertEqual(Product.objects.get(pk=other.product_id).name, "Shirt")

    def test_a_merchant_makes_products_and_the_treasury_lists_them(self) -> None:
        a_sale_point()
        self.client.force_login(a_seller())
        typed = {"name": "Tea", "kind": "goods", "price": "1", "seller": "stage"}
        answer = self.client.post(reverse("shop:selling_new_product"), typed, follow=True)
        tea = Product.objects.get(name="Tea")
        self.assertEqual(tea.seller, wallet_of(a_seller()))
        self.assertContains(answer, "A treasurer chooses the sale points.")
        address = reverse("shop:selling_product", args=[tea.reference])
        point = SalePoint.objects.get()
        listed = {"step": "listed", f"listed-at_{point.pk}": "on"}
        self.client.post(address, listed)
        self.assertFalse(tea.listings.exists())

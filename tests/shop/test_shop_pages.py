"""The members' shop: tiles, one tap, the PIN, the cart and the orders."""

from __future__ import annotations

from uuid import uuid4

from django.urls import reverse

from conversion.money import Money
from shop.models import CartLine, Category, Order, SalePoint, Variant
from shop.products.service import set_price
from tests.base import Answer, MoneyTestCase, found
from tests.cast import PIN, balance, gbp, person
from tests.shop.goods import a_product, a_sale_point, a_seller

SHOP = "/shop/"


class ShopPages(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.point = a_sale_point(kind=SalePoint.Kind.WEB)
        self.mate = a_product(stock=12)
        self.alice = person("alice")
        self.client.force_login(self.alice)

    def tapped(self, variant: Variant, shown: int = 120, *, key: str | None = None, **more: str) -> Answer:
        fields = {"key": key or str(uuid4()), "buy": f"{variant.reference}.{shown}"} | more
        return self.client.post(reverse("shop:buy"), fields, follow=True)


class TheShop(ShopPages):
    def test_shows_what_is_sold_with_its_price_and_what_is_left(self) -> None:
        a_product("Crisps", "2", stock=3)
        page = self.client.get(SHOP)
        self.assertContains(page, "Club Mate")
        self.assertContains(page, "3 left")
        self.assertNotContains(page, "12 left")

    def test_says_that_nothing_is_sold_while_it_is_closed(self) -> None:
        SalePoint.objects.update(is_open=False)
        self.assertContains(self.client.get(SHOP), "Nothing is sold here yet")
        self.assertContains(self.client.get(reverse("shop:cart")), "Your cart is empty")

    def test_finds_by_name_and_says_if_there_is_nothing(self) -> None:
        a_product("Crisps", "2")
        self.assertNotContains(self.client.get(SHOP, {"search": "crisp"}), "Club Mate")
        self.assertContains(self.client.get(SHOP, {"search": "xyz"}), "Nothing has this name")

    def test_shows_in_another_currency_what_one_pays(self) -> None:
        self.client.force_login(person("carla"))
        self.assertContains(self.client.get(SHOP), "you pay €1.41")
        self.tapped(self.mate, 141)
        self.assertEqual(Order.objects.get().money.paid, Money.of("1.41", "EUR"))

    def test_has_the_featured_ones_first_then_each_section_then_the_others(self) -> None:
        a_product("Crisps", "2", category=Category.objects.create(name="Snacks"))
        self.assertEqual(self.titles(), ["Snacks", "Products"])
        a_product("Tea", "1", is_featured=True)
        self.assertEqual(self.titles(), ["Featured", "Snacks", "Products"])

    def titles(self) -> list[str]:
        return [section.title for section in self.client.get(SHOP).context["sections"]]

    def test_shows_first_what_one_bought_last(self) -> None:
        self.assertNotContains(self.client.get(SHOP), "<h2>Recent</h2>")
        self.tapped(self.mate)
        self.assertContains(self.client.get(SHOP), "<h2>Recent</h2>")

    def test_needs_few_queries_however_many_tiles(self) -> None:
        for number in range(8):
            a_product(f"Product {number}", "1", stock=5)
        self.client.get(SHOP)
        with self.assertNumQueries(11):
            few = self.client.get(SHOP)
        for number in range(52):
            a_product(f"Thing {number}", "1", stock=5)
        with self.assertNumQueries(11):
            many = self.client.get(SHOP)
        self.assertLess(len(few.content), len(many.content))
        self.assertLess(len(many.content), 120_000)


class OneTap(ShopPages):
    def test_buys_and_can_be_undone_at_once(self) -> None:
        page = self.tapped(self.mate)
        self.assertContains(page, "Club Mate bought · £998.80 left")
        undo, key = found(r'action="(/shop/orders/[^"]+/undo/)"', page.content.decode()), str(uuid4())
        page = self.client.post(undo, {"key": key, "stays": "yes"}, follow=True)
        self.assertContains(page, "The purchase is undone")
        self.assertEqual(balance(self.alice), gbp("1000"))

    def test_of_the_same_page_buys_once(self) -> None:
        key = str(uuid4())
        first, second = self.tapped(self.mate, key=key), self.tapped(self.mate, key=key)
        self.assertEqual(first.redirect_chain, second.redirect_chain)
        self.assertEqual(Order.objects.count(), 1)

    def test_asks_for_the_pin_where_the_sale_point_wants_it(self) -> None:
        SalePoint.objects.update(pin=SalePoint.Pin.ABOVE, no_pin_up_to_minor=119)
        page = self.tapped(self.mate)
        self.assertContains(page, "Buy for £1.20", status_code=page.status_code)
        form = page.context["form"]
        fields = {name: str(form[name].value()) for name in ("key", "variant", "shown")}
        wrong = self.client.post(reverse("shop:buy"), fields | {"pin": "135790"})
        self.assertEqual((wrong.status_code, Order.objects.count()), (403, 0))
        self.client.post(reverse("shop:buy"), fields | {"pin": PIN})
        self.assertEqual(Order.objects.count(), 1)
        SalePoint.objects.update(no_pin_up_to_minor=120)
        self.tapped(self.mate)
        self.assertEqual(Order.objects.count(), 2)

    def test_shows_a_price_that_rose_and_asks_again(self) -> None:
        set_price(self.mate, gbp("1.50"), by=person("tess"))
        page = self.tapped(self.mate)
        self.assertContains(page, "it is £1.50 now", status_code=409)
        self.assertEqual(page.context["form"]["shown"].value(), 150)
        self.assertEqual(Order.objects.count(), 0)

    def test_says_what_to_do_without_money(self) -> None:
        shirt = a_product("Shirt", "2000")
        page = self.tapped(shirt, 200_000)
        self.assertContains(page, "You can spend £1,000.00 at most", status_code=422)

    def test_of_nonsense_is_not_found(self) -> None:
        for value in ("", "x", f"{uuid4()}.120", f"{self.mate.reference}.", f"{self.mate.reference}.-5", "\x00.1"):
            with self.subTest(value):
                for pin in ("", "1"):  # a page of ours may send a wrong PIN, with all the rest
                    answer = self.client.post(reverse("shop:buy"), {"key": str(uuid4()), "buy": value, "pin": pin})
                    self.assertEqual(answer.status_code, 404)


class TheCart(ShopPages):
    def add(self, variant: Variant, shown: int = 120) -> Answer:
        fields = {"key": str(uuid4()), "buy": f"{variant.reference}.{shown}"}
        return self.client.post(reverse("shop:add_to_cart"), fields, follow=True)

    def paid(self, page: Answer, **more: str) -> Answer:
        form = page.context["form"]
        fields = {"key": str(form["key"].value()), "shown": str(form["shown"].value())} | more
        return self.client.post(reverse("shop:cart"), fields, follow=True)

    def test_is_paid_at_once_for_all_sellers(self) -> None:
        self.add(self.mate)
        self.add(self.mate)
        self.add(a_product("Shirt", "15", seller=a_seller("stage")), 1500)
        page = self.client.get(reverse("shop:cart"))
        self.assertContains(page, "Pay £17.40")
        self.paid(page)
        self.assertEqual((Order.objects.filter(status="paid").count(), CartLine.objects.count()), (2, 0))
        self.assertEqual(balance(self.alice), gbp("982.60"))
        self.paid(page)  # a second click of the same page
        self.assertEqual(Order.objects.count(), 2)

    def test_marks_what_costs_more_than_when_it_was_put_in(self) -> None:
        self.add(self.mate)
        before = self.client.get(reverse("shop:cart"))
        set_price(self.mate, gbp("1.50"), by=person("tess"))
        self.assertContains(self.client.get(reverse("shop:cart")), "costs more now")
        self.assertContains(self.paid(before), "it is £1.50 now", status_code=409)
        self.assertEqual((Order.objects.count(), CartLine.objects.count()), (0, 1))

    def test_keeps_what_is_not_sold_any_more_apart(self) -> None:
        self.add(self.mate)
        self.mate.product.is_shown = False
        self.mate.product.save()
        self.assertContains(self.client.get(reverse("shop:cart")), "Club Mate is not sold any more")

    def test_changes_quantities(self) -> None:
        self.add(self.mate)
        change = reverse("shop:change_cart")
        self.client.post(change, {"variant": self.mate.reference, "quantity": "5"})
        self.assertContains(self.client.get(reverse("shop:cart")), "Pay £6.00")
        self.client.post(change, {"variant": self.mate.reference, "quantity": "500"})
        self.assertContains(self.client.get(reverse("shop:cart")), "Pay £6.00")
        self.client.post(change, {"variant": self.mate.reference, "quantity": "0"})
        self.assertContains(self.client.get(reverse("shop:cart")), "Your cart is empty")


class Orders(ShopPages):
    def test_are_ones_own(self) -> None:
        self.tapped(self.mate)
        order = Order.objects.get()
        page = self.client.get(reverse("shop:order", args=[order.reference]))
        self.assertContains(page, order.code)
        self.assertContains(self.client.get(reverse("shop:orders")), "Club Mate")
        receipt = reverse("shop:order_of_transfer", args=[order.money.transfer.reference])
        self.assertRedirects(self.client.get(receipt), reverse("shop:order", args=[order.reference]))
        self.client.force_login(person("bob"))
        for address in (reverse("shop:order", args=[order.reference]), receipt):
            self.assertEqual(self.client.get(address).status_code, 404)
        undo = reverse("shop:undo_order", args=[order.reference])
        self.assertEqual(self.client.post(undo, {"key": str(uuid4())}).status_code, 404)

    def test_are_found_from_the_receipt(self) -> None:
        self.tapped(self.mate)
        transfer = Order.objects.get().money.transfer.reference
        page = self.client.get(reverse("payments:receipt", args=[transfer]))
        self.assertContains(page, reverse("shop:order_of_transfer", args=[transfer]))
        self.assertNotContains(page, "Yes, undo it")

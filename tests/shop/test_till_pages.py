"""The pages of a till, as a cashier taps them: every link is taken from the page before."""

from __future__ import annotations

import re
from uuid import uuid4

from django.urls import reverse

from accounts.models import User
from conversion.money import format_money
from payments.owners import wallet_of
from shop.models import DepositReturn, Order, SalePoint, TillSale
from shop.products.service import set_price
from shop.till.forms import Counter
from tests.base import Answer
from tests.cast import PIN, balance, gbp, person

from .goods import a_product, a_seller
from .test_till import TheTill, a_till


class ThePage(TheTill):
    def setUp(self) -> None:
        super().setUp()
        self.client.force_login(self.cass)
        self.here = reverse("shop:till", args=[self.till.reference])

    def see(self, address: str = "") -> Answer:
        answer = self.client.get(self.here + address.replace("&amp;", "&"))
        self.assertEqual(answer.status_code, 200)
        return answer

    def link(self, answer: Answer, *words: str) -> str:
        """The address behind the link that has these words, in their order."""
        between = ".*?".join(re.escape(word) for word in words)
        for address, text in re.findall(r'<a [^>]*href="([^"]*)"[^>]*>(.*?)</a>', answer.content.decode(), re.DOTALL):
            is_tile = address.startswith(f"{self.here}?") and "fewer" not in text
            if is_tile and re.search(between, text, re.DOTALL):
                return address.removeprefix(self.here)
        raise AssertionError(f"no link says {words}")

    def typed(self, answer: Answer, form: str, more: dict[str, str]) -> dict[str, object]:
        """What the form on the page sends, with what is typed into it."""
        return {field.html_name: field.value() or "" for field in answer.context[form]} | more

    def tap(self, *names: str) -> Answer:
        answer = self.see()
        for name in names:
            answer = self.see(self.link(answer, name))
        return answer

    def sell(self, answer: Answer, **more: str) -> Answer:
        address = reverse("shop:till_sell", args=[self.till.reference])
        return self.client.post(address, self.typed(answer, "sell_form", more), follow=True)

    def take_back(self, answer: Answer, **more: str) -> Answer:
        address = reverse("shop:till_back", args=[self.till.reference])
        return self.client.post(address, self.typed(answer, "back_form", more), follow=True)


class Selling(ThePage):
    def test_for_cash_shows_the_change(self) -> None:
        answer = self.tap("Club Mate", "Club Mate", "Cash", "£5")
        self.assertContains(answer, "Change")
        self.assertContains(answer, "£2<")
        answer = self.sell(answer)
        self.assertContains(answer, "Sold: £2.90. Change: £2.10.")
        self.assertEqual(self.in_drawer(), gbp("2.90"))

    def test_types_what_is_given_and_does_not_sell_for_less(self) -> None:
        answer = self.tap("Club Mate", "Cash")
        for digits in ("1", "00"):
            answer = self.see(dict(answer.context["digits"])[digits])
        self.assertContains(answer, "Missing")
        self.assertNotContains(answer, "Sell for")
        self.assertEqual(self.see(self.link(answer, "Erase")).context["counter"].given, 10)

    def test_the_same_form_sells_once(self) -> None:
        answer = self.tap("Club Mate", "Cash")
        self.sell(answer)
        self.sell(answer)
        self.assertEqual((self.in_drawer(), TillSale.objects.count()), (gbp("1.45"), 1))

    def test_to_a_member_who_is_found_and_types_the_pin(self) -> None:
        a_till(pin=SalePoint.Pin.ALWAYS)
        self.assertContains(self.see("?basket=1x1&q=a"), "at least 2 letters")
        answer = self.see(self.link(self.tap("Club Mate"), "Club Mate") + "&q=rch")
        answer = self.see(self.link(answer, "Alice Archer"))
        self.assertContains(answer, "May buy: enough")
        self.assertNotContains(answer, "1,000")
        self.assertContains(self.sell(answer), "PIN", status_code=422)
        self.assertContains(self.sell(answer, pin=PIN), "Sold: £2.90.")
        self.assertEqual(balance(self.alice), gbp("997.10"))
        self.assertContains(self.tap("Club Mate"), "Alice Archer")  # lately here

    def test_says_when_a_member_may_not(self) -> None:
        a_till(a_product("Boat", "1001"))
        of_alice = f"&member={wallet_of(self.alice).reference}"
        self.assertContains(self.see(self.link(self.see(), "Boat") + of_alice), "Not enough for this")
        answer = self.see(self.link(self.see(), "Boat") + of_alice)
        self.assertContains(self.sell(answer), "You can spend £1,000.00 at most", status_code=422)
        self.frozen(self.alice)
        self.assertContains(self.see(self.link(self.see(), "Boat") + of_alice), "frozen")

    def test_never_finds_the_cashier_themselves(self) -> None:
        self.assertNotContains(self.see(self.link(self.see(), "Club Mate") + "&q=carter"), "@cass")
        own = self.here + self.link(self.see(), "Club Mate").replace("&amp;", "&")
        self.assertEqual(self.client.get(f"{own}&member={wallet_of(self.cass).reference}").status_code, 404)

    def test_asks_for_an_id_where_a_product_does(self) -> None:
        a_till(a_product("Beer", "3", minimum_age=16))
        answer = self.tap("Beer", "Cash")
        self.assertContains(answer, "ID seen: 16 or older")
        refused = self.sell(answer)
        self.assertContains(refused, "Is the buyer 16 or older?", status_code=409)
        self.assertContains(refused, "ID seen: 16 or older", status_code=409)
        self.assertContains(self.sell(answer, id_seen="on"), "Sold: £3.00.")
        self.assertEqual(Order.objects.get().age_confirmed_by, self.cass)

    def test_of_a_seller_in_another_currency_is_for_the_tills_cash_and_so_is_its_undo(self) -> None:
        a_till(a_product("Wurst", "3", seller=a_seller("stand", currency="EUR")))
        answer = self.sell(self.tap("Wurst", "Cash"))
        paid = self.in_drawer()
        self.assertContains(answer, f"Sold: {format_money(paid)}.")
        undo = reverse("shop:undo_till_sale", args=[Order.objects.get().reference])
        answer = self.client.post(undo, {"key": str(uuid4())}, follow=True)
        self.assertContains(answer, f"Give {format_money(paid)} back in cash.")
        self.assertEqual(self.in_drawer(), gbp("0"))

    def test_shows_a_price_that_rose_before_it_sells(self) -> None:
        answer = self.tap("Club Mate", "Cash")
        set_price(self.mate, gbp("2"), by=person("tess"), deposit=self.deposit)
        refused = self.sell(answer)
        self.assertContains(refused, "The price has changed: it is £2.25 now", status_code=409)
        self.assertContains(self.sell(refused), "Sold: £2.25.")

    def test_understands_no_nonsense(self) -> None:
        for address in (
            "?basket=x",
            "?basket=9x9.1x",
            "?basket=1x0",
            "?given=-5&cash=1",
            "?back=9x9",
            "?member=x",
            "?q=%00",
        ):
            with self.subTest(address):
                self.see(address)
        counter = Counter(basket=((1, 99),))
        self.assertEqual(counter.with_more(1, 5), ((1, 99),))
        post = self.client.post(reverse("shop:till_sell", args=[self.till.reference]), {"basket": "x"})
        self.assertEqual(post.status_code, 200)
        self.assertEqual(Order.objects.count(), 0)


class TakingBack(ThePage):
    def setUp(self) -> None:
        super().setUp()
        self.cash(8)

    def test_in_cash_or_into_a_wallet(self) -> None:
        answer = self.tap("Bottle", "Bottle", "Cash")
        self.assertContains(self.take_back(answer), "Taken back: 2 × Bottle. Give £0.50 in cash.")
        answer = self.see(self.link(self.see(), "Bottle") + f"&member={wallet_of(self.alice).reference}")
        self.assertContains(self.take_back(answer), "£0.25 is in the member&#x27;s wallet.")
        self.assertEqual(balance(self.alice), gbp("1000.25"))

    def test_the_same_form_pays_once(self) -> None:
        answer = self.tap("Bottle", "Cash")
        self.take_back(answer)
        self.take_back(answer)
        self.assertEqual(DepositReturn.objects.count(), 1)

    def test_takes_no_other_number_and_no_other_product(self) -> None:
        for back in (
            f"{self.deposit.pk}x-5",
            f"{self.deposit.pk}x0",
            f"{self.mate.pk}x1",
            "x",
            f"-{self.deposit.pk}x1",
        ):
            answer = self.take_back(self.tap("Bottle", "Cash"), back=back)
            self.assertNotContains(answer, "Taken back", status_code=answer.status_code)
        self.assertEqual(DepositReturn.objects.count(), 0)


class Undoing(ThePage):
    def test_is_beside_the_own_sales_and_returns_alone(self) -> None:
        self.cash(2)
        self.member()
        self.back(1)
        self.cash(by=person("admin"))
        answer = self.see()
        addresses = re.findall(r'action="([^"]*undo/)"', answer.content.decode())
        self.assertEqual(len(addresses), 3)
        for address in reversed(addresses):
            self.assertRedirects(self.client.post(address, {"key": str(uuid4())}), self.here)
        self.assertEqual((self.in_drawer(), balance(self.alice)), (gbp("0"), gbp("1000")))
        self.client.force_login(person("admin"))
        for address in addresses:
            self.assertEqual(self.client.post(address, {"key": str(uuid4())}).status_code, 404)

    def test_says_why_it_does_not(self) -> None:
        self.cash()
        [address] = re.findall(r'action="([^"]*undo/)"', self.see().content.decode())
        self.client.post(address, {"key": str(uuid4())})
        again = self.client.post(address, {"key": str(uuid4())}, follow=True)
        self.assertContains(again, "This purchase was already undone")


class Everybody(ThePage):
    def test_else_may_not_open_it(self) -> None:
        names = ("shop:till", "shop:till_today", "shop:till_sell", "shop:till_back")
        for username in ("alice", "tess", "audrey"):
            self.client.force_login(person(username))
            self.assertEqual(self.client.get(reverse("shop:tills")).status_code, 403)
            for name in names:
                self.assertEqual(self.client.get(reverse(name, args=[self.till.reference])).status_code, 403)
        self.client.logout()
        self.assertRedirects(
            self.client.get(self.here), f"{reverse('account_login')}?next={self.here}", fetch_redirect_response=False
        )

    def test_chooses_one_that_is_open(self) -> None:
        self.assertContains(self.client.get(reverse("shop:tills")), self.here)
        SalePoint.objects.update(is_open=False)
        self.assertContains(self.client.get(reverse("shop:tills")), "No till is open")
        self.assertEqual(self.client.get(self.here).status_code, 404)

    def test_reads_the_day(self) -> None:
        self.cash(2)
        self.back(1)
        answer = self.client.get(reverse("shop:till_today", args=[self.till.reference]))
        self.assertContains(answer, "Sold for cash")
        self.assertContains(answer, "£2<")

    def test_gets_it_with_as_many_queries_however_much_is_there(self) -> None:
        basket = f"?basket={self.mate.pk}x1"
        self.see(basket)
        self.cash()
        self.member()
        self.back(1)
        User.objects.filter(username="bob").update(last_name="Archer")
        with self.assertNumQueries(19):
            self.see(basket)
        for number in range(3):
            self.member(person("bob"))
            self.cash()
            self.back(1)
            a_till(a_product(f"Tea {number}", "1", stock=3))
        with self.assertNumQueries(19):
            self.see(basket)

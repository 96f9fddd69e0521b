"""A visit at a kiosk, as its pages do it: sign in, buy with one tap, undo, top up, leave; and the next person."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from django.db import DatabaseError, connection
from django.db.models import F
from django.test import Client
from django.urls import reverse

from payments.owners import wallet_of
from shop.kiosk.errors import VisitOver
from shop.kiosk.service import revoke_tag
from shop.kiosk.visits import leave, prove
from shop.models import KioskDevice, Order, Visit, VisitAct
from shop.orders.endings import undo
from tests.base import MoneyTestCase
from tests.cast import PASSWORD, PIN, balance, gbp, person
from tests.payments.test_debts import lets_owe

from .goods import a_product, a_seller, bought
from .kiosks import CARD, Kiosk, a_card, a_device, a_visit, in_list


class AKiosk(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = person("alice"), person("bob")
        self.mate = a_product(stock=5)
        self.device, token = a_device()
        self.kiosk = Kiosk(token)

    def by_list(self, pin: str = PIN) -> None:
        self.kiosk.send("sign_in", who=in_list(self.alice))
        self.kiosk.of_visit("pin", pin=pin)

    def idle(self) -> None:
        """Moves the last tap back, beyond the time for idling."""
        Visit.objects.filter(ended_at__isnull=True).update(last_at=F("last_at") - dt.timedelta(seconds=61))

    def test_is_a_visit_by_list_with_the_pin_once_a_purchase_an_undo_and_leaving(self) -> None:
        in_list(self.alice)
        self.assertContains(self.kiosk.open(), "Alice A.")
        self.assertContains(self.kiosk.send("sign_in", who=in_list(self.alice)), "Hello Alice")
        self.assertNotContains(self.kiosk.last, "Club Mate")
        self.assertContains(self.kiosk.of_visit("pin", pin=PIN), "Club Mate")
        self.kiosk.buy(self.mate, 120)
        self.assertContains(self.kiosk.last, "Club Mate bought")
        self.assertEqual(balance(self.alice), gbp("998.80"))
        self.assertEqual(Order.objects.get().status, Order.Status.COLLECTED)
        self.kiosk.of_visit("undo", act=str(self.kiosk.last.context["done"][0].reference))
        self.assertContains(self.kiosk.last, "Undone")
        self.assertEqual(balance(self.alice), gbp("1000"))
        self.kiosk.buy(self.mate, 120)
        self.assertEqual(balance(self.alice), gbp("998.80"))
        self.assertContains(self.kiosk.of_visit("leave"), "Who are you?")
        self.assertNotContains(self.kiosk.open(), "Club Mate")
        self.assertIsNotNone(Visit.objects.get().ended_at)

    def test_buys_once_for_a_tap_that_is_sent_again(self) -> None:
        self.by_list()
        page = self.kiosk.last
        self.kiosk.buy(self.mate, 120)
        self.kiosk.last = page
        self.kiosk.buy(self.mate, 120)
        self.assertEqual(Order.objects.count(), 1)
        self.kiosk.buy(self.mate, 120)
        self.assertEqual(Order.objects.count(), 2)

    def test_does_nothing_before_the_pin(self) -> None:
        self.kiosk.send("sign_in", who=in_list(self.alice))
        self.assertContains(self.kiosk.buy(self.mate, 120), "Please enter your 6-digit PIN", status_code=422)
        self.assertEqual(self.kiosk.of_visit("top_up", amount="5", key=str(uuid4())).status_code, 422)
        self.assertContains(self.kiosk.of_visit("pin", pin="111222"), "Wrong PIN", status_code=403)
        self.assertEqual(balance(self.alice), gbp("1000"))

    def test_takes_the_pin_once_from_a_form_that_is_sent_twice(self) -> None:
        self.kiosk.send("sign_in", who=in_list(self.alice))
        page = self.kiosk.last
        proven = Visit.objects.select_related("member").get()
        for visit in (proven, Visit.objects.select_related("member").get()):  # both read it before the PIN
            prove(visit, PIN)
            self.assertIsNotNone(visit.proven_at)
        self.kiosk.last = page
        self.assertContains(self.kiosk.of_visit("pin", pin=PIN), "Club Mate")
        leave(self.device)
        self.assertRaises(VisitOver, prove, proven, PIN)

    def test_counts_wrong_pins_as_everywhere(self) -> None:
        self.kiosk.send("sign_in", who=in_list(self.alice))
        for _ in range(5):
            self.kiosk.of_visit("pin", pin="111222")
        self.assertContains(self.kiosk.of_visit("pin", pin=PIN), "locked until", status_code=429)

    def test_forgets_a_visit_that_idles(self) -> None:
        self.by_list()
        page = self.kiosk.last
        self.assertEqual(page.headers["Refresh"], "61; url=/kiosk/")
        self.idle()
        self.assertContains(self.kiosk.open(), "Who are you?")
        self.kiosk.last = page
        answer = self.kiosk.buy(self.mate, 120)
        self.assertContains(answer, "This visit is over", status_code=409)
        self.assertEqual((balance(self.alice), Order.objects.count()), (gbp("1000"), 0))

    def test_changes_nothing_when_its_page_is_only_opened(self) -> None:
        self.by_list()
        before = Visit.objects.values().get(), KioskDevice.objects.values().get()
        self.kiosk.open()
        self.idle()
        idle = Visit.objects.values().get()
        self.kiosk.open()
        self.assertEqual((Visit.objects.values().get(), KioskDevice.objects.values().get()), (idle, before[1]))

    def test_shows_the_next_person_nothing_of_the_last(self) -> None:
        self.by_list()
        page = self.kiosk.buy(self.mate, 120)
        self.kiosk.of_visit("leave")
        a_card(self.bob)
        self.assertContains(self.kiosk.scan(CARD), "Hello Bob")
        self.assertNotContains(self.kiosk.last, "bought")
        self.assertNotContains(self.kiosk.last, "Alice")
        mine = self.kiosk.last
        self.kiosk.last = page  # a page of the visit before, by the button Back
        self.assertContains(self.kiosk.buy(self.mate, 120), "This visit is over", status_code=409)
        self.kiosk.last = page
        act = str(page.context["done"][0].reference)
        self.assertEqual(self.kiosk.of_visit("undo", act=act).status_code, 409)
        self.kiosk.last = page
        self.assertContains(self.kiosk.of_visit("leave"), "Hello Bob")
        self.kiosk.last = mine
        self.assertEqual(self.kiosk.of_visit("undo", act=act).status_code, 404)
        self.assertEqual((balance(self.alice), balance(self.bob)), (gbp("998.80"), gbp("1000")))
        self.assertEqual(page.headers["Cache-Control"], "no-store")

    def test_undoes_nothing_that_was_bought_elsewhere(self) -> None:
        elsewhere = Order.objects.select_related("money__transfer").get(pk=bought(self.alice, self.mate).orders[0])
        self.by_list()
        answer = self.kiosk.of_visit("undo", act=str(elsewhere.money.transfer.reference))
        self.assertEqual((answer.status_code, balance(self.alice)), (404, gbp("998.80")))
        undo(order=elsewhere, by=self.alice, key=uuid4())

    def test_tops_up_on_trust_to_the_daily_cap_and_undoes_it(self) -> None:
        self.by_list()
        self.kiosk.of_visit("top_up", amount="15", key=str(uuid4()))
        self.assertContains(self.kiosk.last, "Topped up")
        self.assertEqual(balance(self.alice), gbp("1015"))
        self.assertContains(self.kiosk.of_visit("top_up", amount="90", key=str(uuid4())), "left today", status_code=422)
        self.kiosk.open()
        self.kiosk.of_visit("undo", act=str(self.kiosk.last.context["done"][0].reference))
        self.assertContains(self.kiosk.last, "Undone")
        self.assertEqual((balance(self.alice), VisitAct.objects.count()), (gbp("1000"), 1))

    def test_says_no_price_that_the_member_did_not_see(self) -> None:
        self.by_list()
        answer = self.kiosk.buy(self.mate, 119)
        self.assertContains(answer, "The price has changed", status_code=409)
        self.assertEqual(Order.objects.count(), 0)

    def test_sells_nothing_to_who_is_frozen_meanwhile(self) -> None:
        self.by_list()
        self.alice.frozen = True
        self.alice.save()
        answer = self.kiosk.buy(self.mate, 120)
        self.assertEqual((answer.status_code, balance(self.alice)), (403, gbp("1000")))
        self.kiosk.of_visit("leave")
        self.assertEqual(self.kiosk.send("sign_in", who=in_list(self.alice)).status_code, 403)
        self.assertNotContains(self.kiosk.open(), "Alice A.")

    def test_sells_what_has_a_minimum_age_only_where_it_is_confirmed(self) -> None:
        beer = a_product("Beer", minimum_age=16)
        self.by_list()
        self.assertContains(self.kiosk.last, "Ask staff")
        self.assertContains(self.kiosk.buy(beer, 120), "Only staff sell this", status_code=403)
        self.device.sale_point.confirms_age = True
        self.device.sale_point.save()
        self.kiosk.open()
        self.kiosk.buy(beer, 120)
        self.assertEqual(Order.objects.count(), 1)

    def test_says_how_much_money_there_is_in_words_alone(self) -> None:
        lets_owe(self.alice, "-20")
        shirt = a_product("Shirt", "10")
        self.by_list()
        self.assertNotContains(self.kiosk.last, "Low")
        for price, level in (("996", "low"), ("10", "owes"), ("12", "near")):
            bought(self.alice, a_product(f"Thing for {price}", price))
            self.kiosk.open()
            self.assertEqual(self.kiosk.last.context["standing"].code, level)
            self.assertNotContains(self.kiosk.last, str(wallet_of(self.alice).available.decimal))
            self.assertContains(self.kiosk.last, "Top up")
        self.assertContains(self.kiosk.last, "Almost at your limit")
        answer = self.kiosk.buy(shirt, 1000)
        self.assertContains(answer, "You have too little money", status_code=422)
        self.assertNotContains(answer, "£2.00", status_code=422)
        self.device.sale_point.shows_amounts = True
        self.device.sale_point.save()
        self.assertContains(self.kiosk.open(), "you owe £18.00")

    def test_sells_nobody_what_is_their_own(self) -> None:
        seller = a_seller()
        self.kiosk.send("sign_in", who=in_list(seller))
        self.kiosk.of_visit("pin", pin=PIN)
        self.assertEqual(self.kiosk.buy(self.mate, 120).status_code, 422)

    def test_has_one_visit_at_a_time(self) -> None:
        self.by_list()
        self.assertContains(self.kiosk.send("sign_in", who=in_list(self.bob)), "Hello Bob")
        self.assertEqual(Visit.objects.filter(ended_at__isnull=True).count(), 1)
        self.assert_refused(
            "INSERT INTO shop_visit (reference, device_id, member_id, how, pin_is_limited, without_pin_minor)"
            " VALUES (gen_random_uuid(), %s, %s, 'list', false, 0)",
            self.device.pk,
            self.alice.pk,
        )

    def test_is_no_way_into_the_account_of_who_stands_there(self) -> None:
        self.by_list()
        for page in ("home", "security", "payments:history", "shop:kiosk"):
            self.assertNotIn("_auth_user_id", self.kiosk.session)
            answer = self.kiosk.get(reverse(page))
            self.assertNotContains(answer, "Alice", status_code=answer.status_code)
            self.assertIn(answer.status_code, (200, 302))
        self.assertFalse(self.kiosk.last.wsgi_request.user.is_authenticated)

    def test_knows_nobody_who_is_signed_in_with_its_browser(self) -> None:
        self.kiosk.login(username="bob", password=PASSWORD)
        self.assertNotContains(self.kiosk.open(), "Bob")
        self.assertFalse(self.kiosk.last.wsgi_request.user.is_authenticated)

    def test_is_a_page_that_is_told_apart_by_its_cookie_alone(self) -> None:
        stranger = Client()
        for page in ("start", "sign_in", "buy", "scan"):
            ask = stranger.get if page == "start" else stranger.post
            self.assertRedirects(ask(reverse(f"kiosk:{page}")), reverse("kiosk:enrol"))

    def test_takes_no_form_of_another_site(self) -> None:
        self.by_list()
        careful = Client(enforce_csrf_checks=True)
        careful.cookies["kiosk"] = self.kiosk.cookies["kiosk"].value
        key = {"visit": str(self.kiosk.last.context["visit"].reference), "key": str(uuid4())}
        for page in ("sign_in", "pin", "leave", "scan", "buy", "undo", "top_up", "enrol"):
            answer = careful.post(reverse(f"kiosk:{page}"), key | {"buy": f"{self.mate.reference}.120"})
            self.assertEqual(answer.status_code, 403, page)
        self.assertEqual(Order.objects.count(), 0)

    def test_costs_few_queries(self) -> None:
        for number in range(20):
            a_product(f"Product {number}", stock=3)
        self.by_list()
        self.kiosk.buy(self.mate, 120)
        with self.assertNumQueries(9):  # device, visit, wallet, rules, habits, what was done, products, prices, stock
            self.kiosk.open()
        self.kiosk.of_visit("leave")
        with self.assertNumQueries(3):  # device, visit, names
            self.kiosk.open()

    def test_is_bought_at_in_its_visits_alone(self) -> None:
        visit = a_visit(self.alice, self.device)
        self.assert_refused(
            "INSERT INTO shop_visitact (visit_id, transfer_id, without_pin_minor) VALUES (%s, 1, 0)", visit.pk
        )


class TheGuards(MoneyTestCase):
    def test_keep_what_was_written_of_a_visit(self) -> None:
        device, _token = a_device()
        alice, bob = person("alice"), person("bob")
        visit = a_visit(alice, device)
        for change in (
            f"member_id = {bob.pk}",
            "began_at = now()",
            "without_pin_minor = -1",
            "proven_at = NULL",
            "reference = gen_random_uuid()",
        ):
            self.assert_refused(f"UPDATE shop_visit SET {change} WHERE id = %s", visit.pk)
        self.assert_refused("DELETE FROM shop_visit")
        with self.assertRaisesMessage(DatabaseError, "SERIALIZABLE only"):
            Visit.objects.update(without_pin_minor=1)
        leave(device)
        self.assert_refused("UPDATE shop_visit SET ended_at = NULL WHERE id = %s", visit.pk)
        with self.assertRaisesMessage(DatabaseError, "SERIALIZABLE only"), connection.cursor() as cursor:
            cursor.execute("SELECT shop_act_in_visit(%s, 60, '{}', '{}', '{}', false, NULL)", [visit.pk])

    def test_keep_whose_a_card_is_and_that_it_was_revoked(self) -> None:
        tag = a_card(person("alice"))
        self.assert_refused("UPDATE shop_tag SET member_id = %s", person("bob").pk)
        self.assert_refused("UPDATE shop_tag SET digest = ''")
        self.assert_refused("DELETE FROM shop_tag")
        revoke_tag(tag)
        self.assert_refused("UPDATE shop_tag SET revoked_at = NULL")

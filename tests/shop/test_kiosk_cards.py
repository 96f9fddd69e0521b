"""Signing in by a card, scanning products, the PIN by policy, and cards that no kiosk knows."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from django.db import connection
from django.db.models import F
from django.db.models.functions import Now
from django.test import Client
from django.urls import reverse

from accounts.models import PinReset
from accounts.people.errors import AccountFrozen, OwnAccount, RoleMissing
from events.models import Notification
from shop.kiosk import service, visits
from shop.kiosk.errors import CodeUnknown, NotByThisWay, TagTaken
from shop.kiosk.visits import UNKNOWN_CODES
from shop.models import Barcode, KioskDevice, Order, SalePoint, Tag, UnknownTag, Visit
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, person
from tests.runner import as_owner
from web.errors import TooManyTries

from .goods import a_product
from .kiosks import CARD, Kiosk, a_card, a_device, a_visit, in_list

EAN, UPC = "0012345678905", "012345678905"


class ACard(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = person("alice"), person("bob")
        self.mate = a_product(stock=20)
        Barcode.objects.create(code=EAN, variant=self.mate)
        self.tag = a_card(self.alice)
        self.device, token = a_device()
        self.kiosk = Kiosk(token)

    def earlier(self, seconds: float) -> None:
        """Moves what was ordered into the past, as no role of the application can."""
        as_owner(
            connection.settings_dict["NAME"],
            [
                "ALTER TABLE shop_order DISABLE TRIGGER goes_one_way",
                f"UPDATE shop_order SET made_at = made_at - make_interval(secs => {seconds})",
                "ALTER TABLE shop_order ENABLE ALWAYS TRIGGER goes_one_way",
            ],
        )

    def test_signs_in_and_buys_small_things_without_a_pin(self) -> None:
        self.assertContains(self.kiosk.scan("%04a1b2c3?\r"), "Hello Alice")
        self.kiosk.buy(self.mate, 120)
        self.assertEqual(balance(self.alice), gbp("998.80"))

    def test_of_who_is_here_already_changes_nothing(self) -> None:
        self.kiosk.scan(CARD)
        self.kiosk.scan(CARD)
        self.assertEqual(Visit.objects.count(), 1)

    def test_asks_for_the_pin_above_an_amount_and_then_buys_what_was_tapped(self) -> None:
        shirt = a_product("Shirt", "5.01")
        self.kiosk.scan(CARD)
        self.assertContains(self.kiosk.buy(shirt, 501), "Please enter your 6-digit PIN", status_code=422)
        form = self.kiosk.last.context["form"]
        fields = {name: str(form[name].value()) for name in ("variant", "shown", "key")}
        self.assertContains(self.kiosk.of_visit("buy", **fields, pin="111222"), "Wrong PIN", status_code=403)
        self.assertContains(self.kiosk.of_visit("buy", **fields, pin="12"), "six digits")
        self.kiosk.of_visit("buy", **fields, pin=PIN)
        self.assertEqual(balance(self.alice), gbp("994.99"))
        self.kiosk.buy(shirt, 501)  # once a visit
        self.assertEqual(balance(self.alice), gbp("989.98"))

    def test_asks_for_the_pin_above_the_sum_of_a_visit(self) -> None:
        shirt = a_product("Shirt", "4")
        self.kiosk.scan(CARD)
        self.kiosk.buy(shirt, 400)
        self.kiosk.buy(shirt, 400)
        self.assertContains(self.kiosk.buy(shirt, 400), "Please enter your 6-digit PIN", status_code=422)
        self.assertEqual((Order.objects.count(), Visit.objects.get().without_pin_minor), (2, 800))
        self.kiosk.open()
        self.kiosk.buy(self.mate, 120)
        self.assertEqual(Visit.objects.get().without_pin_minor, 920)
        self.kiosk.buy(shirt, 400, pin=PIN)
        self.assertEqual((Order.objects.count(), Visit.objects.get().without_pin_minor), (4, 920))
        self.kiosk.of_visit("leave")
        self.kiosk.scan(CARD)
        self.kiosk.buy(shirt, 400)
        self.assertEqual(Order.objects.count(), 5)

    def test_asks_for_the_pin_at_once_where_the_kiosk_or_its_member_wants_it(self) -> None:
        for policy, always_pin, how, waits in (
            ("never", False, "card", False),
            ("never", False, "list", False),
            ("never", True, "card", True),
            ("above", False, "card", False),
            ("above", False, "list", True),
            ("above", True, "card", True),
            ("always", False, "card", True),
            ("always", False, "list", True),
        ):
            with self.subTest(policy=policy, always_pin=always_pin, how=how):
                SalePoint.objects.filter(pk=self.device.sale_point.pk).update(pin=policy)
                who = in_list(self.alice, always_pin=always_pin)
                answer = self.kiosk.scan(CARD) if how == "card" else self.kiosk.send("sign_in", who=who)
                self.assertContains(answer, "Hello Alice")
                self.assertEqual("Club Mate" not in answer.content.decode(), waits)
                self.kiosk.of_visit("leave")

    def test_never_asks_for_the_pin_where_the_kiosk_never_does(self) -> None:
        SalePoint.objects.filter(pk=self.device.sale_point.pk).update(pin="never")
        shirt = a_product("Shirt", "400")
        self.kiosk.scan(CARD)
        self.kiosk.buy(shirt, 40000)
        self.assertEqual(balance(self.alice), gbp("600"))

    def test_with_a_pin_from_staff_pays_small_amounts_alone(self) -> None:
        visit = a_visit(self.alice, self.device)
        Visit.objects.filter(pk=visit.pk).update(pin_is_limited=True)
        PinReset.objects.create(
            member=self.alice,
            started_by=person("tess"),
            agreed_by=person("cass"),
            agreed_at=Now(),
            used_at=Now(),
            code_digest="x" * 64,
            status="used",
            recognised="by her voice",
        )
        cheap, dear = a_product("Lamp", "15"), a_product("Chair", "21")
        self.kiosk.open()
        self.assertContains(self.kiosk.buy(dear, 2100), "pays up to £20.00 at once", status_code=403)
        for _ in range(2):
            self.kiosk.open()
            self.kiosk.buy(cheap, 1500)
        self.assertContains(self.kiosk.buy(cheap, 1500), "up to £40.00 in a day", status_code=403)
        self.assertEqual(balance(self.alice), gbp("970"))

    def test_buys_what_is_scanned_in_either_spelling_of_its_code(self) -> None:
        self.assertContains(self.kiosk.scan(EAN), "Please sign in first", status_code=403)
        self.kiosk.scan(CARD)
        for many, code in enumerate((EAN, UPC, f"{EAN}\r\n"), start=1):
            self.kiosk.scan(code)
            self.assertEqual(Order.objects.count(), many)
            self.earlier(2)
            self.kiosk.open()

    def test_buys_once_what_is_scanned_twice_within_a_second(self) -> None:
        self.kiosk.scan(CARD)
        page = self.kiosk.last
        self.kiosk.scan(EAN)
        self.kiosk.scan(EAN)  # from the next page
        self.assertEqual(Order.objects.count(), 1)
        self.earlier(2)
        self.kiosk.last = page  # and again from the page before
        self.kiosk.scan(EAN)
        self.assertEqual(Order.objects.count(), 1)
        self.kiosk.scan(EAN)
        self.assertEqual(Order.objects.count(), 2)

    def test_refuses_a_known_code_that_was_read_twice_at_once(self) -> None:
        self.assertContains(self.kiosk.scan(CARD * 2), "read twice at once", status_code=422)
        self.kiosk.scan(CARD)
        self.assertContains(self.kiosk.scan(EAN * 2), "read twice at once", status_code=422)
        self.assertContains(self.kiosk.scan("12"), "could not be read", status_code=422)
        self.assertEqual((Order.objects.count(), UnknownTag.objects.count()), (0, 0))

    def test_sells_what_needs_the_pin_after_a_scan_too(self) -> None:
        shirt = a_product("Shirt", "6")
        Barcode.objects.create(code="SHIRT1", variant=shirt)
        self.kiosk.scan(CARD)
        self.assertContains(self.kiosk.scan("SHIRT1"), "Please enter your 6-digit PIN", status_code=422)
        form = self.kiosk.last.context["form"]
        fields = {name: str(form[name].value()) for name in ("variant", "shown", "key")}
        self.kiosk.of_visit("buy", **fields, pin=PIN)
        self.assertEqual(balance(self.alice), gbp("994"))

    def test_leaves_by_the_sticker(self) -> None:
        self.kiosk.scan(CARD)
        self.assertContains(self.kiosk.scan("leave\r"), "Who are you?")
        self.assertContains(self.kiosk.scan("LEAVE"), "Who are you?")

    def test_that_is_lost_opens_nothing_from_the_moment_it_is_revoked(self) -> None:
        self.kiosk.scan(CARD)
        member = Client()
        member.force_login(self.alice)
        member.post(reverse("shop:revoke_own_tag", args=[self.tag.reference]))
        self.assertContains(self.kiosk.buy(self.mate, 120), "This visit is over", status_code=409)
        self.assertContains(self.kiosk.scan(CARD), "Ask staff to add this card", status_code=422)
        self.assertEqual(balance(self.alice), gbp("1000"))

    def test_is_revoked_by_its_member_alone(self) -> None:
        member = Client()
        member.force_login(self.bob)
        self.assertEqual(member.post(reverse("shop:revoke_own_tag", args=[self.tag.reference])).status_code, 404)
        self.kiosk.scan(CARD)
        self.assertContains(self.kiosk.last, "Hello Alice")

    def test_is_stored_as_a_digest_alone(self) -> None:
        self.kiosk.scan("99887766")
        for rows in (Tag.objects.values(), UnknownTag.objects.values()):
            self.assertNotIn(CARD, str(list(rows)))
            self.assertNotIn("99887766", str(list(rows)))

    def test_signs_in_nowhere_where_cards_or_the_list_are_off(self) -> None:
        point = self.device.sale_point
        point.signs_in_by_card = point.signs_in_by_list = False
        point.save()
        self.assertRaises(NotByThisWay, visits.begin_by_card, self.device, CARD, visit=None)
        reference = service.choose(self.alice, in_list=True, always_pin=False).reference
        self.assertRaises(NotByThisWay, visits.begin_by_list, self.device, reference)

    def test_of_who_cannot_buy_opens_no_visit(self) -> None:
        self.alice.frozen = True
        self.alice.save()
        self.assertRaises(AccountFrozen, visits.begin_by_card, self.device, CARD, visit=None)


class AnUnknownCard(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.cass = person("alice"), person("cass")
        self.device, token = a_device()
        self.kiosk = Kiosk(token)
        self.staff = Client()
        self.staff.force_login(self.cass)

    def test_is_attached_by_staff_to_whom_they_name(self) -> None:
        self.assertContains(self.kiosk.scan(CARD), "Ask staff to add this card", status_code=422)
        self.assertEqual(self.kiosk.last.headers["Refresh"], "15; url=/kiosk/")
        page = self.staff.get(reverse("staff:kiosk_cards"))
        self.assertContains(page, "Fridge tablet")
        (seen,) = page.context["unknown"]
        attach = reverse("staff:attach_card", args=[seen.reference])
        self.assertContains(self.staff.post(attach, {"member": "nobody"}, follow=True), "notice--error")
        self.staff.post(attach, {"member": "alice"})
        self.assertContains(self.kiosk.scan(CARD), "Hello Alice")
        self.assertEqual(UnknownTag.objects.count(), 0)
        told = Notification.objects.get(user=self.alice, kind="kiosk_card_added")
        self.assertIsNotNone(told.mail_due_at)
        self.assertEqual(self.staff.post(attach, {"member": "bob"}).status_code, 404)

    def test_is_attached_with_one_tap_to_who_had_typed_the_pin(self) -> None:
        a_visit(self.alice, self.device)
        self.kiosk.open()
        self.kiosk.scan(CARD)
        page = self.staff.get(reverse("staff:kiosk_cards"))
        self.assertContains(page, "Attach to Alice Archer")
        (seen,) = page.context["unknown"]
        self.staff.post(reverse("staff:attach_card", args=[seen.reference]))
        self.assertEqual(Tag.objects.get().member, self.alice)

    def test_of_a_visit_without_a_pin_is_nobodys_yet(self) -> None:
        a_visit(self.alice, self.device, pin=False)
        self.kiosk.open()
        self.kiosk.scan(CARD)
        self.assertIsNone(UnknownTag.objects.get().member)

    def test_is_forgotten_after_a_day(self) -> None:
        self.kiosk.scan(CARD)
        seen = UnknownTag.objects.get()
        UnknownTag.objects.update(seen_at=F("seen_at") - dt.timedelta(hours=25))
        attach = reverse("staff:attach_card", args=[seen.reference])
        self.assertEqual(self.staff.post(attach, {"member": "alice"}).status_code, 404)
        self.assertEqual((service.forget_unknown_tags(), service.forget_unknown_tags()), (1, 0))

    def test_is_tried_so_often_and_no_more(self) -> None:
        a_card(self.alice)
        for number in range(UNKNOWN_CODES.at_once):
            self.assertRaises(CodeUnknown, visits.begin_by_card, self.device, f"GUESS{number:03}", visit=None)
        for code in (CARD, CARD * 2):
            self.assertRaises(TooManyTries, visits.begin_by_card, self.device, code, visit=None)
        self.assertContains(self.kiosk.scan(CARD), "You can try again at", status_code=429)

    def test_belongs_to_one_member_and_is_given_out_by_staff_who_may(self) -> None:
        a_card(self.alice)
        bob = person("bob")
        self.assertRaises(TagTaken, service.attach, member=bob, by=self.cass, code=CARD)
        self.assertRaises(OwnAccount, service.attach, member=self.cass, by=self.cass, code="12345678")
        self.assertRaises(RoleMissing, service.attach, member=bob, by=self.alice, code="12345678")
        self.assertRaises(RoleMissing, service.attach, member=bob, by=person("audrey"), code="12345678")

    def test_and_devices_are_read_by_auditors_who_change_nothing(self) -> None:
        a_card(self.alice)
        reader = Client()
        reader.force_login(person("audrey"))
        cards, devices = reader.get(reverse("staff:kiosk_cards")), reader.get(reverse("staff:kiosks"))
        self.assertContains(cards, "Alice Archer")
        self.assertContains(devices, self.device.name)
        for page in (cards, devices):
            self.assertNotContains(page, 'method="post" novalidate')
            self.assertNotContains(page, "Revoke")
        for name in ("staff:kiosk_cards", "staff:kiosks"):
            self.assertEqual(reader.post(reverse(name)).status_code, 403)

    def test_is_typed_or_scanned_at_staffs_own_desk_too(self) -> None:
        page = reverse("staff:kiosk_cards")
        self.staff.post(page, {"member": "alice", "code": f"{CARD}\r"})
        self.assertContains(self.staff.post(page, {"member": "bob", "code": CARD}), "already", status_code=409)
        self.assertContains(self.kiosk.scan(CARD), "Hello Alice")


class Choices(MoneyTestCase):
    def test_are_made_on_the_members_own_page_and_nobody_is_listed_before(self) -> None:
        device, token = a_device()
        member, kiosk = Client(), Kiosk(token)
        member.force_login(person("bob"))
        self.assertNotContains(kiosk.open(), "Bob")
        own = reverse("shop:kiosk")
        self.assertContains(member.get(own), "Bob B.")
        member.post(own, {"in_list": "on"})
        self.assertContains(kiosk.open(), "Bob B.")
        self.assertNotContains(kiosk.last, "Baker")
        (listed,) = kiosk.last.context["names"]
        member.post(own, {"always_pin": "on"})
        self.assertNotContains(kiosk.open(), "Bob")
        self.assertEqual(kiosk.send("sign_in", who=str(listed.reference)).status_code, 403)
        self.assertContains(member.get(reverse("security")), "Manage kiosks")
        self.assertRaises(NotByThisWay, visits.begin_by_list, device, uuid4())


class Devices(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.staff = Client()
        self.staff.force_login(person("tess"))
        self.point = a_product().product.sale_points.get()

    def code(self) -> str:
        answer = self.staff.post(reverse("staff:kiosks"), {"name": "Tablet", "sale_point": self.point.pk})
        self.assertIn("no-store", answer.headers["Cache-Control"])
        self.assertContains(answer, "/kiosk/enrol/")
        return str(answer.context["code"])

    def enrol(self, browser: Client, code: str) -> int:
        return browser.post(reverse("kiosk:enrol"), {"code": code}).status_code

    def test_are_enrolled_once_with_a_code_within_ten_minutes(self) -> None:
        code, browser = self.code(), Client()
        self.assertEqual(len(code), 9)
        self.assertEqual(self.enrol(browser, code.lower()), 302)
        cookie = browser.cookies["kiosk"]
        self.assertEqual((cookie["path"], cookie["samesite"]), ("/kiosk/", "Strict"))
        self.assertTrue(cookie["secure"] and cookie["httponly"])
        self.assertContains(browser.get(reverse("kiosk:start")), "Who are you?")
        self.assertEqual(self.enrol(Client(), code), 403)

    def test_keep_no_secret_in_the_database(self) -> None:
        code, browser = self.code(), Client()
        self.assertNotIn(code.replace("-", ""), str(KioskDevice.objects.values().get()))
        self.enrol(browser, code)
        token = browser.cookies["kiosk"].value
        self.assertGreaterEqual(len(token), 43)  # 256 bits
        self.assertNotIn(token, str(KioskDevice.objects.values().get()))

    def test_are_not_enrolled_with_a_code_that_is_too_old(self) -> None:
        code = self.code()
        KioskDevice.objects.update(code_until=F("code_until") - dt.timedelta(minutes=11))
        self.assertEqual(self.enrol(Client(), code), 403)
        self.assertContains(self.staff.get(reverse("staff:kiosks")), "its code is too old")

    def test_are_tried_so_often_and_no_more(self) -> None:
        code, browser = self.code(), Client()
        for _ in range(5):
            self.assertEqual(self.enrol(browser, "AAAA-AAAA"), 403)
        self.assertEqual(self.enrol(browser, code), 429)

    def test_sign_out_whoever_enrols_them(self) -> None:
        code = self.code()
        self.assertEqual(self.enrol(self.staff, code), 302)
        self.assertRedirects(
            self.staff.get(reverse("staff:kiosks")),
            f"{reverse('account_login')}?next={reverse('staff:kiosks')}",
            fetch_redirect_response=False,
        )

    def test_are_revoked_at_once_with_the_visit_at_them(self) -> None:
        code, browser = self.code(), Client()
        self.enrol(browser, code)
        device = KioskDevice.objects.select_related("sale_point").get()
        visit = a_visit(person("alice"), device, pin=False)
        self.staff.post(reverse("staff:revoke_kiosk", args=[device.reference]))
        self.assertRedirects(browser.get(reverse("kiosk:start")), reverse("kiosk:enrol"))
        visit.refresh_from_db()
        self.assertIsNotNone(visit.ended_at)
        self.assertContains(self.staff.get(reverse("staff:kiosks")), "revoked")
        self.assert_refused("UPDATE shop_kioskdevice SET revoked_at = NULL WHERE id = %s", device.pk)

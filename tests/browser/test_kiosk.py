"""Story 7: a kiosk on a tablet and on a small phone, with JavaScript and without it."""

from __future__ import annotations

import os
from typing import Any

from django.test import override_settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from shop.kiosk import service
from shop.models import Barcode
from tests.cast import PIN, balance, gbp, person
from tests.shop.goods import a_product
from tests.shop.kiosks import CARD, a_card, a_kiosk, in_list

from .base import DESK, BrowserTestCase

TABLET, SMALL_PHONE = {"width": 1024, "height": 768}, {"width": 360, "height": 740}


@override_settings(SESSION_COOKIE_SECURE=False, CSRF_COOKIE_SECURE=False)  # the test's server has no TLS
class AKiosk(BrowserTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = person("alice"), person("bob")
        self.mate = a_product(stock=9, deposit=a_product("Bottle", "0.25", kind="deposit"), is_featured=True)
        a_product("Sandwich", "6.00")
        a_product("Beer", "2", minimum_age=16)
        Barcode.objects.create(code="4006381333931", variant=self.mate)
        a_card(self.bob)
        in_list(self.alice)
        self.pictures = 0

    def test_on_a_tablet_is_enrolled_and_used_by_list_card_and_barcode(self) -> None:
        kiosk = self.enrolled(viewport=TABLET)
        self.buy_by_list(kiosk)
        self.buy_by_card(kiosk)
        self.unknown_card(kiosk)

    def test_on_a_small_phone_works_without_javascript(self) -> None:
        kiosk = self.enrolled(viewport=SMALL_PHONE, java_script_enabled=False, color_scheme="dark")
        self.buy_by_list(kiosk)
        self.buy_by_card(kiosk)

    def test_goes_back_to_its_start_by_itself(self) -> None:
        a_kiosk(idle_s=10)
        kiosk = self.enrolled(viewport=TABLET, java_script_enabled=False)
        self.scan(kiosk, CARD)
        expect(kiosk.get_by_role("heading", name="Hello Bob")).to_be_visible()
        kiosk.get_by_role("heading", name="Who are you?").wait_for(timeout=20_000)
        expect(kiosk.get_by_text("Bob B.")).to_have_count(0)

    def test_is_revoked_by_staff_and_its_cards_by_their_members(self) -> None:
        kiosk, staff, member = self.enrolled(viewport=TABLET), self.visit(viewport=DESK), self.visit(viewport=DESK)
        self.sign_in(member, "bob")
        self.go(member, "security")
        member.get_by_role("link", name="Manage kiosks").click()
        member.get_by_label("Show my name in the list").check()
        member.get_by_role("button", name="Save").click()
        self.assert_accessible(member)
        kiosk.reload()
        expect(kiosk.get_by_role("button", name="Bob B.")).to_be_visible()
        member.get_by_role("button", name="Revoke").click()
        member.get_by_text("The card is revoked.").wait_for()
        self.scan(kiosk, CARD)
        expect(kiosk.get_by_text("Ask staff to add this card")).to_be_visible()

        self.sign_in(staff, "tess")
        self.go(staff, "staff:kiosk_cards")
        self.assert_accessible(staff)
        staff.get_by_label("Member").first.fill("alice")
        staff.get_by_role("button", name="Attach").first.click()
        staff.get_by_text("The card now belongs to Alice Archer.").wait_for()
        self.scan(kiosk, CARD)
        expect(kiosk.get_by_role("heading", name="Hello Alice")).to_be_visible()
        self.go(staff, "staff:kiosks")
        staff.locator("summary", has_text="Revoke").click()
        self.assert_accessible(staff)
        staff.get_by_role("button", name="Yes, revoke it").click()
        staff.get_by_text("is revoked").first.wait_for()
        kiosk.get_by_role("button", name="Buy Club Mate").first.click()
        expect(kiosk.get_by_role("heading", name="A new kiosk")).to_be_visible()
        self.assertEqual(balance(self.alice), gbp("1000"))

    def enrolled(self, **options: Any) -> Page:
        _device, code = service.new_device(sale_point=a_kiosk(), name="Fridge tablet", by=person("tess"))
        kiosk = self.visit(**options)
        self.runs_scripts = options.get("java_script_enabled", True)
        kiosk.goto(self.live_server_url + reverse("kiosk:start"))
        kiosk.get_by_label("Code").fill(f"{code[:4]} {code[4:]}".lower())
        self.look_at(kiosk)
        kiosk.get_by_role("button", name="Enrol").click()
        kiosk.get_by_role("heading", name="Who are you?").wait_for()
        return kiosk

    def buy_by_list(self, kiosk: Page) -> None:
        self.look_at(kiosk)
        kiosk.get_by_role("button", name="Alice A.").click()
        kiosk.get_by_label("PIN").fill("111222")
        kiosk.get_by_role("button", name="Continue").click()
        expect(kiosk.get_by_text("4 tries left")).to_be_visible()
        self.look_at(kiosk)
        kiosk.get_by_label("PIN").fill(PIN)
        kiosk.get_by_role("button", name="Continue").click()
        expect(kiosk.get_by_text("£1,000.00")).to_have_count(0)  # this kiosk shows no amounts
        self.look_at(kiosk)
        before = balance(self.alice)
        kiosk.get_by_role("button", name="Buy Club Mate").first.click()
        expect(kiosk.get_by_text("Club Mate, Bottle bought")).to_be_visible()
        self.assertEqual(balance(self.alice), before - gbp("1.45"))
        self.look_at(kiosk)
        kiosk.get_by_role("button", name="Undo").click()
        expect(kiosk.get_by_text("Undone")).to_be_visible()
        kiosk.get_by_label("Amount").fill("10")
        kiosk.get_by_role("button", name="Top up on trust").click()
        expect(kiosk.get_by_text("Topped up")).to_be_visible()
        self.assertEqual(balance(self.alice), before + gbp("10"))
        self.scan(kiosk, "LEAVE")
        kiosk.get_by_role("heading", name="Who are you?").wait_for()

    def buy_by_card(self, kiosk: Page) -> None:
        """The next person, who sees nothing of the last one, also not by the button Back."""
        self.scan(kiosk, f";{CARD}?")
        expect(kiosk.get_by_role("heading", name="Hello Bob")).to_be_visible()
        expect(kiosk.get_by_role("main")).not_to_contain_text("bought")
        self.scan(kiosk, "4006381333931")
        expect(kiosk.get_by_text("Club Mate, Bottle bought")).to_be_visible()
        kiosk.get_by_role("button", name="Buy Sandwich").first.click()
        expect(kiosk.get_by_text("Please enter your 6-digit PIN.")).to_be_visible()
        self.look_at(kiosk)
        kiosk.get_by_label("PIN").fill(PIN)
        kiosk.get_by_role("button", name="Buy").click()
        expect(kiosk.get_by_text("Sandwich bought")).to_be_visible()
        self.assertEqual(balance(self.bob), gbp("992.55"))
        kiosk.get_by_role("button", name="Leave").click()
        kiosk.get_by_role("heading", name="Who are you?").wait_for()
        kiosk.go_back()
        expect(kiosk.get_by_role("main")).not_to_contain_text("Bob")

    def unknown_card(self, kiosk: Page) -> None:
        kiosk.goto(self.live_server_url + reverse("kiosk:start"))
        self.scan(kiosk, "99887766")
        expect(kiosk.get_by_text("Ask staff to add this card")).to_be_visible()
        self.look_at(kiosk)

    def scan(self, kiosk: Page, code: str) -> None:
        """As a reader does: it types into the field that has the focus, and Enter.

        A page shows its field a frame before it gives it the focus. What is typed between the two is
        lost, so the focus is waited for, as a person with a card in hand waits.
        """
        field = kiosk.get_by_label("Card or barcode")
        expect(field).to_be_focused()
        kiosk.keyboard.type(code)
        expect(field).to_have_value(code)
        kiosk.keyboard.press("Enter")

    def look_at(self, kiosk: Page) -> None:
        """axe is a script, so it runs only where scripts do; the page is measured in both cases."""
        if self.runs_scripts:
            self.assert_accessible(kiosk)
        else:
            self.assert_fits(kiosk)
        if folder := os.environ.get("SCREENSHOTS"):
            self.pictures += 1
            kiosk.screenshot(path=f"{folder}/{self._testMethodName}-{self.pictures}.png", full_page=True)

"""Signing up and moving money in a browser: with and without JavaScript, in one currency and in two.

Also: every page is accessible on a phone and on a desktop screen, in light and dark colours.
"""

from __future__ import annotations

import re
from uuid import uuid4

from django.test import tag
from django.urls import reverse
from playwright.sync_api import expect

from accounts.models import User
from conversion.money import Money
from ledger.models import Hold
from payments.history.receipts import receipt_code
from payments.holds import service as holds
from payments.owners import wallet_of
from tests.cast import balance, person, sent

from .base import DESK, PHONE, BrowserTestCase

EVERYDAY = ("home", "payments:send", "payments:requests", "payments:new_request", "payments:history", "payments:top_up",
            "payments:notifications", "payments:holds", "payments:new_hold", "security", "profile", "new_pin", "tokens",
            "new_token")  # fmt: skip
STAFF = ("staff:dashboard", "staff:accounts", "staff:transfers", "staff:cash", "staff:mass_payments",
         "staff:administrators", "staff:merchants")  # fmt: skip
ENTRANCE = ("home", "account_login", "account_signup", "account_reset_password", "status", "verify", "api_docs")


class TheMainJob(BrowserTestCase):
    def test_a_newcomer_signs_up_and_sends_across_currencies(self) -> None:
        page = self.visit(viewport=PHONE)
        self.go(page, "account_signup")
        for label, text in (
            ("Username", "newcomer"),
            ("First name", "Nia"),
            ("Last name", "Newcomer"),
            ("Email", "nia@example.org"),
            ("Password", "a long enough one 7"),
            ("Password (again)", "a long enough one 7"),
        ):
            page.get_by_label(label, exact=True).fill(text)
        page.get_by_label("Currency").select_option("EUR")
        page.get_by_role("main").get_by_role("button", name="Sign up").click()
        pin = page.locator("#pin").inner_text()
        self.assertRegex(pin, r"^\d{6}$")
        page.get_by_role("link", name="I have written it down").click()
        expect(page.locator("#balance")).to_have_text("€1,170.00")

        page.get_by_role("navigation", name="Actions").get_by_role("link", name="Send").click()
        page.get_by_label("Recipient").fill("alice")
        page.get_by_label("Amount").fill("11,70")
        page.get_by_label("Note").fill("ice cream")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("main")).to_contain_text("£10.00")
        self.assert_accessible(page)
        page.get_by_label("PIN").fill(pin)
        page.get_by_role("button", name="Send", exact=True).click()
        expect(page.get_by_role("heading", name="Receipt")).to_be_visible()
        self.assert_accessible(page)
        self.assertEqual(balance(person("alice")), Money.of("1010.00", "GBP"))

    def test_without_javascript_money_can_be_sent_requested_paid_and_topped_up(self) -> None:
        alice, bob = self.visit(java_script_enabled=False), self.visit(java_script_enabled=False)
        self.sign_in(alice, "alice")
        self.go(alice, "payments:send")
        alice.get_by_label("Recipient").fill("bob")
        alice.get_by_label("Amount").fill("30")
        alice.get_by_role("button", name="Continue").click()
        self.enter_pin(alice)
        expect(alice.get_by_role("main")).to_contain_text("to Bob Baker")

        self.go(alice, "payments:new_request")
        alice.get_by_label("From").fill("bob")
        alice.get_by_label("Amount").fill("12.50")
        alice.get_by_role("button", name="Request", exact=True).click()
        alice.get_by_text("You asked Bob Baker for £12.50.").wait_for()

        self.sign_in(bob, "bob")
        bob.get_by_role("button", name=re.compile("^Pay")).click()
        self.enter_pin(bob)
        expect(bob.get_by_role("heading", name="Receipt")).to_be_visible()

        self.go(alice, "payments:top_up")
        alice.get_by_label("Amount").fill("20")
        alice.get_by_role("main").get_by_role("button", name="Top up").click()
        self.go(alice, "home")
        expect(alice.locator("#balance")).to_have_text("£1,002.50")
        self.sign_out(alice)

    def test_a_refusal_says_how_much_is_missing_and_leads_to_the_top_up(self) -> None:
        page = self.visit()
        self.sign_in(page, "alice")
        self.go(page, "payments:send")
        page.get_by_label("Recipient").fill("bob")
        page.get_by_label("Amount").fill("1000.01")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("You are £0.01 short.")).to_be_visible()
        expect(page.get_by_label("Amount")).to_have_value("1000.01")
        self.assert_accessible(page)
        page.get_by_role("link", name="Top up").click()
        expect(page.get_by_role("heading", name="Top up")).to_be_visible()

    def test_a_cashier_takes_cash_and_undoes_it(self) -> None:
        page = self.visit(viewport=PHONE)
        self.sign_in(page, "cass")
        self.go(page, "staff:cash")
        page.get_by_label("Member").fill("alice")
        page.get_by_label("Amount").fill("25")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("main")).to_contain_text("Alice Archer")
        page.get_by_role("button", name="Take cash").click()
        self.assertEqual(balance(person("alice")), Money.of("1025.00", "GBP"))
        page.get_by_text("Undo", exact=True).click()
        page.get_by_role("button", name="Yes, undo it").click()
        page.get_by_text("Undone: the money is back.").wait_for()
        self.assertEqual(balance(person("alice")), Money.of("1000.00", "GBP"))


class Accessible(BrowserTestCase):
    def test_every_page_light_on_a_phone_and_dark_at_a_desk(self) -> None:
        self.look_at_every_page((PHONE, "light"), (DESK, "dark"))

    @tag("slow")
    def test_every_page_dark_on_a_phone_and_light_at_a_desk(self) -> None:
        self.look_at_every_page((PHONE, "dark"), (DESK, "light"))

    def look_at_every_page(self, *ways: tuple[dict[str, int], str]) -> None:
        transfer = sent(person("alice"), person("carla"), "30", note="pizza")
        sent(person("bob"), person("alice"), "3")
        hold = self.hold(person("bob"), person("alice"))
        code = receipt_code(transfer)
        for viewport, scheme in ways:
            stranger, alice, admin = (self.visit(viewport=viewport, color_scheme=scheme) for _ in range(3))
            self.sign_in(alice, "alice")
            self.sign_in(admin, "admin")
            for page, names in ((stranger, ENTRANCE), (alice, EVERYDAY), (admin, STAFF)):
                for name in names:
                    with self.subTest(f"{name} {scheme} {viewport['width']}"):
                        self.go(page, name)
                        self.assert_accessible(page)
            for name, reference in (("receipt", transfer.reference), ("hold", hold.reference)):
                self.go(alice, f"payments:{name}", reference)
                self.assert_accessible(alice)
            for typed in (code, "AAAA-BBBB"):
                stranger.goto(f"{self.live_server_url}{reverse('verify')}?code={typed}")
                self.assert_accessible(stranger)

    def test_the_smallest_phone_shows_every_page_without_scrolling_sideways(self) -> None:
        alice, admin = (self.visit(viewport={"width": 320, "height": 640}) for _ in range(2))
        self.sign_in(alice, "alice")
        self.sign_in(admin, "admin")
        for page, names in ((alice, EVERYDAY), (admin, STAFF)):
            for name in names:
                with self.subTest(name):
                    self.go(page, name)
                    self.assert_fits(page)

    def hold(self, payer: User, payee: User) -> Hold:
        return holds.place_hold(
            payer=payer,
            payee=wallet_of(payee),
            amount=Money.of("5", "GBP"),
            note="your half of the tent",
            purpose=Hold.Purpose.TWO_STEP,
            key=uuid4(),
            pin=None,
        )

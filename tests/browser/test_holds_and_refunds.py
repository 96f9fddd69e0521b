"""Holds and refunds in a browser, on a phone and on a desktop screen."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from conversion.money import Money
from tests.cast import PIN, balance, person

from .base import DESK, PHONE, BrowserTestCase


class PlacingHolds(BrowserTestCase):
    def test_a_two_step_hold_is_checked_confirmed_and_accepted_on_the_payees_home(self) -> None:
        alice, bob = self.visit(viewport=PHONE), self.visit(viewport=PHONE, color_scheme="dark")
        self.begin_hold(alice, "bob", "25", "A two-step payment")
        expect(alice.get_by_role("main")).to_contain_text("You can still spend")
        self.assert_accessible(alice)
        alice.get_by_role("link", name="Back").click()  # the form keeps what was typed
        expect(alice.get_by_label("Amount")).to_have_value("25")
        alice.get_by_role("button", name="Continue").click()
        self.enter_pin(alice, "Place hold")
        alice.get_by_text("On hold. Nothing is paid yet.").wait_for()
        self.assert_accessible(alice)

        self.sign_in(bob, "bob")
        bob.get_by_role("link", name="Alice Archer").click()
        self.assert_accessible(bob)
        bob.get_by_role("button", name="Accept").click()
        bob.get_by_text("The money is now in your wallet.").wait_for()
        self.assertEqual(balance(person("bob")), Money.of("1025.00", "GBP"))

    def test_of_a_deposit_a_part_is_taken_and_then_refunded(self) -> None:
        alice, bob = self.visit(java_script_enabled=False), self.visit(viewport=DESK)
        self.begin_hold(alice, "bob", "25", "A deposit")
        self.enter_pin(alice, "Place hold")
        self.sign_in(bob, "bob")
        self.go(bob, "payments:holds")
        bob.get_by_role("main").get_by_role("link", name="Alice Archer").click()
        bob.get_by_label("Amount").fill("25.01")
        bob.get_by_role("button", name="Capture this amount").click()
        expect(bob.get_by_text("Only £25.00 is on hold.")).to_be_visible()
        self.assert_accessible(bob)
        bob.get_by_label("Amount").fill("10")
        bob.get_by_role("button", name="Capture this amount").click()
        bob.get_by_text("The money is now in your wallet.").wait_for()

        bob.locator("summary", has_text="Refund").click()
        self.assert_accessible(bob)
        self.give_back(bob, "10.01")
        expect(bob.get_by_text("You can still refund £10.00 of this payment.")).to_be_visible()
        self.assert_accessible(bob)
        self.give_back(bob, "4")
        bob.get_by_text("Refunded.", exact=True).wait_for()
        self.assertEqual(balance(person("alice")), Money.of("994.00", "GBP"))

    def begin_hold(self, page: Page, payee: str, amount: str, purpose: str) -> None:
        self.sign_in(page, "alice")
        self.go(page, "payments:requests")
        page.get_by_role("link", name="On hold").click()
        page.get_by_role("link", name="New hold").click()
        page.get_by_label("Recipient").fill(payee)
        page.get_by_label("Amount").fill(amount)
        page.get_by_label(purpose).check()
        page.get_by_role("button", name="Continue").click()

    def give_back(self, page: Page, amount: str) -> None:
        page.get_by_label("Amount").fill(amount)
        page.get_by_label("PIN").fill(PIN)
        page.get_by_role("button", name="Give back").click()

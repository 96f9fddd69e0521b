"""A lost PIN in browsers: two of staff on their devices, and the member on a small telephone with large letters."""

from __future__ import annotations

from django.test import override_settings

from tests.cast import person

from .base import BrowserTestCase

SMALL = {"width": 360, "height": 740}
NEW = "508213"


class ALostPin(BrowserTestCase):
    def test_is_replaced_by_two_of_staff_and_the_member(self) -> None:
        cashier, colleague = self.visit(), self.visit(viewport=SMALL, color_scheme="dark")
        self.sign_in(cashier, "cass")
        self.go(cashier, "staff:pin_resets")
        cashier.get_by_label("Who is it?").fill("alice")
        cashier.get_by_label("How did you recognise them?").fill("I know her from the workshop")
        self.assert_accessible(cashier)
        cashier.get_by_role("button", name="Continue").click()
        cashier.get_by_text("Now a colleague must see the person").wait_for()
        self.assert_accessible(cashier)

        self.sign_in(colleague, "admin")
        self.go(colleague, "staff:pin_resets")
        self.assert_accessible(colleague)
        colleague.get_by_role("link", name="started by Cass Carter").click()
        colleague.get_by_text("I know her from the workshop").wait_for()
        self.assert_accessible(colleague)
        colleague.get_by_role("button", name="I see them, and agree").click()
        code = colleague.locator("#code").inner_text()
        self.assert_accessible(colleague)

        member = self.visit(viewport=SMALL)
        self.go(member, "pin_with_code")
        member.get_by_label("Code").fill(code.lower())
        member.get_by_label("New PIN", exact=True).fill(NEW)
        member.get_by_label("New PIN (again)").fill(NEW)
        self.assert_accessible(member)
        member.get_by_role("button", name="Set my new PIN").click()
        member.get_by_role("heading", name="Your new PIN works").wait_for()
        self.assert_accessible(member)
        self.assertTrue(person("alice").verify_pin(NEW))

        self.sign_in(member, "alice")
        self.go(member, "security")
        member.get_by_role("link", name="set anew by staff: was it you?").click()
        self.assert_accessible(member)
        member.get_by_role("button", name="It was not me").click()
        member.get_by_text("staff were told").wait_for()
        self.assertFalse(person("alice").has_pin)


@override_settings(STAFF_SECOND_FACTOR=True)
class AFirstSignIn(BrowserTestCase):
    def test_of_staff_leads_to_a_second_factor(self) -> None:
        page = self.visit(viewport=SMALL)
        self.sign_in(page, "admin")
        self.go(page, "staff:dashboard")
        page.get_by_text("your password alone is not enough").wait_for()
        self.assert_accessible(page)
        page.get_by_role("link", name="Set up an authenticator app").click()
        page.get_by_role("heading", name="Confirm Access").wait_for()

"""Access tokens in a browser: reading the documentation, making a token, and revoking it."""

from __future__ import annotations

from django.test import Client

from tests.cast import PIN

from .base import PHONE, BrowserTestCase


class LettingAProgramIn(BrowserTestCase):
    def test_by_a_token_that_is_shown_once_and_revoked(self) -> None:
        page = self.visit()
        self.sign_in(page, "alice")
        self.go(page, "security")
        page.get_by_role("link", name="Manage tokens").click()
        page.get_by_role("link", name="New token").click()
        page.get_by_label("Name").fill("My shop")
        page.get_by_label("Send money, undo and refund").check()
        page.get_by_label("PIN").fill(PIN)
        self.assert_accessible(page)
        page.get_by_role("button", name="Make the token").click()
        secret = page.locator("#secret").inner_text()
        self.assert_accessible(page)
        self.assertEqual(self.status(secret), 200)

        page.get_by_role("link", name="I have copied it").click()
        page.get_by_text("My shop").first.wait_for()
        self.assertNotIn(secret, page.content())
        self.assert_accessible(page)
        page.get_by_text("Revoke My shop").click()
        page.get_by_role("button", name="Yes, revoke it").click()
        page.get_by_text("Revoked. The token no longer works.").wait_for()
        self.assertEqual(self.status(secret), 401)

    def test_the_documentation_reads_well_on_a_phone(self) -> None:
        page = self.visit(viewport=PHONE)
        self.go(page, "api_docs")
        page.get_by_role("link", name="Create a transfer").click()
        page.get_by_role("heading", name="Create a transfer").wait_for()
        self.assertLessEqual(page.evaluate("document.documentElement.scrollWidth"), PHONE["width"])
        self.assert_accessible(page)

    def status(self, secret: str) -> int:
        return Client().get("/api/v1/wallet", headers={"Authorization": f"Bearer {secret}"}).status_code

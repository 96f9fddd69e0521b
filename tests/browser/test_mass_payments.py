"""A mass payment in a browser, without JavaScript; every state of its page is checked for accessibility by axe."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from conversion.money import Money
from tests.cast import balance, person
from treasury.mass_payments import payouts as payouts

from .base import DESK, PHONE, BrowserTestCase

BAD = b"payee,amount,note\nalice,24.70,May\nnobody,5,\ncarla,5,\n"
GOOD = b"payee,amount,note\nalice,24.70,May\nalice,24.70,May\nbob,990,a long note that goes on and on for a while\n"


class ATreasurer(BrowserTestCase):
    def test_checks_corrects_confirms_and_watches(self) -> None:
        for viewport, scheme, title in ((PHONE, "dark", "May"), (DESK, "light", "June")):
            page = self.visit(viewport=viewport, color_scheme=scheme, java_script_enabled=False)
            seen = self.visit(viewport=viewport, color_scheme=scheme)  # for axe, which needs JavaScript
            self.sign_in(page, "tess")
            self.sign_in(seen, "tess")
            self.go(page, "staff:mass_payments")
            self.upload(page, title, BAD)
            expect(page.get_by_text("2 rows cannot be paid.")).to_be_visible()
            seen.goto(page.url)
            self.assert_accessible(seen)

            page.get_by_role("link", name="Upload again").click()
            self.upload(page, title, GOOD)
            seen.goto(page.url)
            self.assert_accessible(seen)
            self.enter_pin(page, "Pay 3 people")
            expect(page.get_by_text("0 of 3 rows are done.")).to_be_visible()
            seen.goto(page.url + "?updates=off")
            self.assert_accessible(seen)

            payouts.pay_running()
            expect(page.get_by_text("Finished")).to_be_visible()  # the page refreshes itself; nobody clicks
            expect(page.get_by_role("button", name="Pay the declined rows again")).to_be_visible()
            seen.goto(page.url)
            self.assert_accessible(seen)
        self.assertEqual(balance(person("alice")), Money.of("1098.80", "GBP"))

    def upload(self, page: Page, title: str, content: bytes) -> None:
        page.get_by_label("Title").fill(title)
        page.get_by_label("CSV file").set_input_files({"name": "wages.csv", "mimeType": "text/csv", "buffer": content})
        page.get_by_role("button", name="Check the file").click()

"""The base class of browser tests: headless Chromium against a real server, driven by Playwright.

The tool axe checks the pages for accessibility.
"""

from __future__ import annotations

import os
import shutil
import unittest
from typing import Any, ClassVar

from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles.testing import StaticLiveServerTestCase
from django.db import connections
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, Playwright, sync_playwright

from tests.base import MoneyTestCase
from tests.cast import PASSWORD, PIN

CHROMIUM = (
    os.environ.get("CHROMIUM")
    or shutil.which("chromium")
    or shutil.which("chromium-browser")
    or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 900}
SMALL_PHONE = {"width": 360, "height": 740}


@unittest.skipUnless(CHROMIUM, "no Chromium on this machine")
class BrowserTestCase(MoneyTestCase, StaticLiveServerTestCase):
    """Tests find fields and buttons by their visible labels, as people do. Without Chromium they are skipped."""

    playwright: ClassVar[Playwright]
    browser: ClassVar[Browser]
    runs_scripts = True

    @classmethod
    def setUpClass(cls) -> None:
        os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright keeps an event loop in this thread
        super().setUpClass()
        cls.playwright = sync_playwright().start()
        cls.browser = cls.playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)

    @classmethod
    def tearDownClass(cls) -> None:
        cls.browser.close()
        cls.playwright.stop()
        connections.close_all()  # Django used another one in the event loop; this one's database is gone
        super().tearDownClass()
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)

    def visit(self, **options: Any) -> Page:
        """A page in a new browser session, with its own cookies. Errors in its console fail the test (`tearDown`)."""
        context: BrowserContext = self.browser.new_context(**({"viewport": DESK} | options))
        context.set_default_timeout(10_000)
        page = context.new_page()
        self.addCleanup(context.close)
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        return page

    def setUp(self) -> None:
        self.complaints: list[str] = []

    def tearDown(self) -> None:
        self.assertEqual(
            [text for text in self.complaints if "status of 4" not in text and "status of 5" not in text], []
        )

    def go(self, page: Page, name: str, *args: Any) -> None:
        page.goto(self.live_server_url + reverse(name, args=args))

    def sign_in(self, page: Page, username: str) -> None:
        self.go(page, "account_login")
        page.locator("[name=login]").fill(username)
        page.locator("[name=password]").fill(PASSWORD)
        page.get_by_role("main").get_by_role("button", name="Sign in").click()
        page.get_by_text("You are now logged in.").wait_for()

    def sign_out(self, page: Page) -> None:
        page.get_by_role("button", name="Sign out").click()
        page.get_by_text("You are now logged out.").wait_for()

    def enter_pin(self, page: Page, button: str = "Send") -> None:
        page.get_by_label("PIN").fill(PIN)
        page.get_by_role("button", name=button, exact=True).click()

    def assert_accessible(self, page: Page) -> None:
        """Asserts that axe finds no violation of WCAG 2.2, levels A and AA, and that the page fits the screen."""
        page.wait_for_load_state()  # a click does not wait for the stylesheets of the page that it leads to
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
        self.assertEqual(found.violations_count, 0, found.generate_report())
        self.assert_fits(page)

    def assert_fits(self, page: Page) -> None:
        fits = page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        self.assertTrue(fits, f"{page.url} is wider than the screen")

    def look(self, page: Page) -> None:
        """The page is accessible and fits, on a small phone also with text of twice the size.

        Nothing can look at a page whose browser runs no scripts: then `runs_scripts` is False.
        """
        if not self.runs_scripts:
            return
        self.assert_accessible(page)
        if page.viewport_size == SMALL_PHONE:
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            self.assert_fits(page)
            page.evaluate("document.documentElement.style.fontSize = ''")

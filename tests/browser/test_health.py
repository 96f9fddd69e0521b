"""The badge, the status page and staff's page of the health, on a small phone and at a desk in the dark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from unittest.mock import patch

from django.db.models.functions import Now
from playwright.sync_api import Page

from ledger import audit, verification
from ledger.models import AuditRun
from wallet_site import health_page
from wallet_site.readings import Observer

from .base import DESK, BrowserTestCase

SMALL_PHONE = {"width": 360, "height": 740}


class TheTruth(BrowserTestCase):
    def visits(self) -> Iterator[Page]:
        yield self.visit(viewport=SMALL_PHONE, color_scheme="light")
        yield self.visit(viewport=DESK, color_scheme="dark")

    def test_about_the_books_fits_where_the_badge_is(self) -> None:
        audit.run()
        verification.run()
        for found, age, words in (
            (0, dt.timedelta(hours=3), "Books could not be checked since"),
            (1, dt.timedelta(0), "Books do not balance"),
        ):
            AuditRun.objects.update(breaches=found, at=Now() - age)
            for page in self.visits():
                for name in ("status", "home"):
                    self.go(page, name)
                    page.get_by_text(words).first.wait_for()
                    self.assert_accessible(page)

    def test_about_every_check_is_on_staffs_page(self) -> None:
        audit.run()
        for page in self.visits():
            self.sign_in(page, "audrey")
            with patch.object(health_page, "observer", Observer()):
                page.get_by_role("link", name="Staff").click()
                page.get_by_role("link", name="Health").click()
                page.get_by_text("The worker has not done anything yet.").wait_for()
            self.assert_accessible(page)

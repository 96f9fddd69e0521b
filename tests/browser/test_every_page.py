"""Every page of the site, of Django's admin excepted, on a phone in the dark and at a desk by day."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.test import tag

from lab.attacks.access import who_may
from lab.attacks.access.addresses import path_of, routes
from lab.attacks.access.objects import Objects
from lab.attacks.access.people import EVERYBODY, STOLEN, People, registered
from lab.attacks.access.specification import Page as Row
from lab.attacks.access.specification import pages
from lab.attacks.people import forget_tries
from shop.kiosk.access import COOKIE

from .base import DESK, BrowserTestCase

SMALL_PHONE = {"width": 360, "height": 740}
# They are for programs, or a file.
NO_PAGES = {
    "authority",
    "conversion",
    "livez",
    "readyz",
    "metrics",
    "static",
    "openapi",
    "event_schema",
    "live",
    "api/wallet",
    "staff:mass_payment_results",
    "staff:shop_debts_csv",
    "staff:import_results",
    "treasury:lines_before",
    "staff:download_payout_file",
    "payments:statement",
    "shop:picture",
    "shop:selling_sales_file",
    "staff:shop_sales_file",
}


@tag("slow")
class EveryPage(BrowserTestCase):
    def test_fits_a_small_phone_and_a_desk_and_is_accessible(self) -> None:
        """The people and objects are those of the table of who may open what: a new page is here by its row there."""
        people = registered()
        objects, paths = Objects(people), routes()
        seen = 0
        for row, who in self.to_be_seen():
            path = path_of(row.name, paths[row.name], objects.one(row.kind))
            with self.subTest(f"{path} by {who}"):
                forget_tries()
                self.look_at(path, people, who)
                seen += 1
        self.assertGreater(seen, 70)

    def to_be_seen(self) -> Iterator[tuple[Row, str]]:
        """The pages, each with the first of the people who gets it."""
        for row in [*pages(who_may.PAGES), *pages(who_may.ALLAUTH)]:
            may = [who for who in EVERYBODY if who != STOLEN and row.answer_to(who, "GET") == "200"]
            if may and row.name not in NO_PAGES:
                yield row, may[0]

    def look_at(self, path: str, people: People, who: str) -> None:
        for viewport, scheme in ((SMALL_PHONE, "dark"), (DESK, "light")):
            page = self.visit(viewport=viewport, color_scheme=scheme)
            if who in people.sessions:
                name, value = settings.SESSION_COOKIE_NAME, people.sessions[who]
                page.context.add_cookies([{"name": name, "value": value, "url": self.live_server_url}])
            if who in people.kiosks:
                token = people.kiosks[who]
                page.context.add_cookies([{"name": COOKIE, "value": token, "url": self.live_server_url}])
            answer = page.goto(self.live_server_url + path)
            assert answer is not None
            self.assertEqual(answer.status, 200)
            self.assertIn("text/html", answer.headers["content-type"])
            self.assert_accessible(page)
            page.context.close()

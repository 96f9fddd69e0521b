"""Pages that stay current while somebody looks at them. The browser's clock is moved by hand, so no test waits."""

from __future__ import annotations

import time
from uuid import uuid4

from playwright.sync_api import Page, Request, Route, expect

from payments.requests import service as requests
from payments.requests.queries import requests_to
from tests.cast import gbp, person, sent
from treasury.mass_payments import payouts

from .base import BrowserTestCase
from .test_mass_payments import GOOD

LOOKS_AWAY = "Object.defineProperty(document, 'hidden', {configurable: true, get: () => %s});"
TOLD = "document.dispatchEvent(new Event('visibilitychange'))"


class Live(BrowserTestCase):
    def open(self, username: str, name: str = "home") -> Page:
        """A page whose clock stands still."""
        page = self.visit()
        self.asked: list[int] = []  # the statuses of the answers of /live/
        self.looks = self.open_requests = 0
        page.on("response", lambda answer: self.asked.append(answer.status) if "/live/?v=" in answer.url else None)
        page.on("request", lambda request: self.count(1, of=request))
        for event in ("requestfinished", "requestfailed"):
            page.on(event, lambda request: self.count(-1, of=request))
        page.clock.install(time=0)
        self.sign_in(page, username)
        page.clock.pause_at(3_600)
        self.go(page, name)
        return page

    def count(self, more: int, *, of: Request) -> None:
        self.open_requests += more
        self.looks += more > 0 and "/live/?v=" in of.url

    def after(self, page: Page, seconds: float, *statuses: int) -> None:
        """Lets the page's clock go on, and asserts that it has asked so often, and got these answers."""
        self.asked.clear()
        self.looks = 0
        page.clock.run_for(int(seconds * 1000))
        for _ in range(2):  # the second is for what the page does with its answers
            page.evaluate("fetch('/livez').then((answer) => answer.text())")
            until_s = time.monotonic() + 20
            while self.open_requests and time.monotonic() < until_s:
                page.wait_for_timeout(10)
        self.assertEqual((self.looks, self.asked), (len(statuses), list(statuses)))


class AnOpenPage(Live):
    def test_shows_money_that_arrives_and_what_was_told(self) -> None:
        page = self.open("bob")
        count = page.get_by_role("link", name="Notifications").locator(".count")
        expect(count).to_be_hidden()
        self.after(page, 14)
        self.after(page, 2, 304)
        sent(person("alice"), person("bob"), "12.50", note="pizza")
        self.after(page, 15, 200)
        expect(page.locator("#balance")).to_have_text("£1,012.50")
        expect(count).to_have_text("1 unread")
        expect(page.locator("#activity")).to_contain_text("pizza")
        self.after(page, 15, 304)
        page.get_by_role("link", name="Notifications").click()
        page.get_by_role("button", name="Mark all as read").click()
        expect(page.locator(".top .count")).to_be_hidden()

    def test_asks_nothing_while_nobody_sees_it_and_at_once_when_somebody_does(self) -> None:
        page = self.open("bob")
        page.evaluate(LOOKS_AWAY % "true" + TOLD)
        self.after(page, 600)
        sent(person("alice"), person("bob"), "1")
        page.evaluate(LOOKS_AWAY % "false" + TOLD)
        self.after(page, 0.1, 200)
        page.evaluate(TOLD)
        self.after(page, 0.1)

    def test_asks_less_and_less_often_while_it_gets_no_answer(self) -> None:
        page = self.open("bob")

        def fail(route: Route) -> None:
            route.fulfill(status=503, body="")

        page.route("**/live/**", fail)
        for pause_s in (15, 30, 60, 120):
            self.after(page, pause_s - 1)
            self.after(page, 1, 503)
        page.unroute("**/live/**")
        self.after(page, 240, 304)
        self.after(page, 15, 304)

    def test_of_somebody_who_signed_out_elsewhere_is_left_as_it_is(self) -> None:
        page = self.open("bob")
        page.context.clear_cookies()
        self.after(page, 15, 302)
        expect(page.locator("#balance")).to_have_text("£1,000.00")


class APageThatWaits(Live):
    def test_for_a_request_to_be_paid_asks_every_three_seconds(self) -> None:
        requests.ask_for_money(requester=person("bob"), payer=person("alice"), amount=gbp("5"), note="", key=uuid4())
        page = self.open("bob", "payments:requests")
        self.after(page, 3, 304)
        expect(page.get_by_role("button", name="Cancel")).to_be_visible()
        requests.decline_request(payer=person("alice"), payment_request=requests_to(person("alice"))[0])
        self.after(page, 3, 200)
        expect(page.locator("#asked")).to_contain_text("Declined")
        self.after(page, 14)
        self.after(page, 1, 304)

    def test_for_a_mass_payment_shows_each_step_also_to_who_is_not_told(self) -> None:
        tess, auditor = self.open("tess", "staff:mass_payments"), self.open("audrey")
        tess.get_by_label("Title").fill("May")
        tess.get_by_label("CSV file").set_input_files({"name": "may.csv", "mimeType": "text/csv", "buffer": GOOD})
        tess.get_by_role("button", name="Check the file").click()
        self.enter_pin(tess, "Pay 3 people")
        expect(tess.get_by_text("0 of 3 rows are done.")).to_be_visible()
        auditor.goto(tess.url)
        auditor.locator("#stop").focus()
        self.after(auditor, 3, 304)
        expect(auditor.locator("#stop")).to_be_focused()
        payouts.pay_running()
        self.after(auditor, 3, 304)
        expect(auditor.get_by_text("Finished")).to_be_visible()
        self.after(auditor, 14)
        tess.clock.run_for(3000)
        expect(tess.get_by_text("Finished")).to_be_visible()

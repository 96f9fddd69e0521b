"""Every browser gets English pages with English numbers and dates, until the German translation is complete."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.middleware.locale import LocaleMiddleware
from django.template import Context, Template
from django.test import RequestFactory, SimpleTestCase

from conversion.money import Money, currency

PAGE = Template(
    "{% get_current_language as language %}{{ language }}|{{ amount|money }}|{{ when|date }}|"
    "{% translate 'Password' %}|{% translate 'History' %}"
)
CONTEXT = {"amount": Money(123450, currency("EUR")), "when": dt.datetime(2026, 3, 9, tzinfo=dt.UTC)}


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse(PAGE.render(Context(CONTEXT)))


class Languages(SimpleTestCase):
    def read(self, browser: str) -> HttpResponse:
        answer = LocaleMiddleware(page)(RequestFactory().get("/", HTTP_ACCEPT_LANGUAGE=browser))
        assert isinstance(answer, HttpResponse)
        return answer

    def test_every_browser_gets_english_with_its_numbers_and_dates(self) -> None:
        for browser in ("de-DE,de;q=0.9,en;q=0.1", "fr", "en-US", "en-GB", "nonsense", ""):
            with self.subTest(browser):
                answer = self.read(browser)
                self.assertEqual(answer.headers["Content-Language"], "en-gb")
                language, amount, *rest = answer.content.decode().split("|")
                self.assertEqual([language, *rest], ["en-gb", "9 Mar 2026", "Password", "History"])
                self.assertIn("€1,234", amount)

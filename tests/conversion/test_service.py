"""GET /conversion/{currency1}/{currency2}/{amount}: on the site, and in the conversion service's own process."""

from __future__ import annotations

from django.test import Client, SimpleTestCase, override_settings

from conversion import rates
from conversion.money import CURRENCIES, Money


class OnTheSite(SimpleTestCase):
    """SimpleTestCase refuses every query, which proves that the service needs no database."""

    def test_answers_with_rate_and_amount(self) -> None:
        answer = self.client.get("/conversion/GBP/usd/30.00")
        self.assertEqual(answer["Content-Type"], "application/json")
        self.assertEqual(
            answer.json(), {"from": "GBP", "to": "USD", "amount": "30.00", "rate": "1.27", "converted_amount": "38.10"}
        )
        self.assertEqual(answer.cookies, {})

    def test_rounds_down_or_up_as_asked(self) -> None:
        for rounding, amount in (("", "0.01"), ("?rounding=down", "0.01"), ("?rounding=up", "0.02")):
            with self.subTest(rounding):
                answer = self.client.get(f"/conversion/GBP/USD/0.01{rounding}")
                self.assertEqual(answer.json()["converted_amount"], amount)

    def test_knows_every_pair(self) -> None:
        for source in CURRENCIES.values():
            for target in CURRENCIES.values():
                money = Money(12345, source)
                with self.subTest(f"{source.code} {target.code}"):
                    answer = self.client.get(f"/conversion/{source.code}/{target.code}/{money.decimal:f}").json()
                    self.assertEqual(Money.of(answer["converted_amount"], target.code), rates.convert(money, to=target))

    def test_refuses_with_a_status_and_a_code(self) -> None:
        for path, status, code in (
            ("XXX/USD/1", 404, "currency_unsupported"),
            ("GBP/XXX/1", 404, "currency_unsupported"),
            ("XXX/USD/abc", 404, "currency_unsupported"),
            ("ınr/USD/1", 404, "currency_unsupported"),
            ("GBP/USD/abc", 400, "amount_unreadable"),
            ("GBP/USD/1e2", 400, "amount_unreadable"),
            ("GBP/USD/１０", 400, "amount_unreadable"),
            ("GBP/USD/NaN", 400, "amount_unreadable"),
            ("GBP/USD/%00", 400, "amount_unreadable"),
            ("GBP/USD/%20", 400, "amount_missing"),
            ("GBP/USD/-1", 400, "amount_not_positive"),
            ("GBP/USD/0", 400, "amount_not_positive"),
            ("GBP/USD/0.001", 400, "amount_too_precise"),
            ("JPY/USD/0.5", 400, "amount_too_precise"),
            ("GBP/USD/1,234", 400, "amount_ambiguous"),
            ("GBP/USD/" + "9" * 30, 400, "amount_too_large"),
            ("GBP/JPY/9999999999999", 400, "amount_too_large"),
            ("GBP/USD/1?rounding=sideways", 400, "rounding_unknown"),
        ):
            with self.subTest(path):
                answer = self.client.get(f"/conversion/{path}")
                self.assertEqual((answer.status_code, answer.json()["error"]), (status, code))

    def test_answers_only_get(self) -> None:
        strict = Client(enforce_csrf_checks=True)
        for method in ("post", "put", "patch", "delete", "head", "options"):
            with self.subTest(method):
                answer = getattr(strict, method)("/conversion/GBP/USD/1")
                self.assertEqual((answer.status_code, answer["Allow"]), (405, "GET"))


@override_settings(ROOT_URLCONF="wallet_site.conversion_urls")
class InAProcessOfItsOwn(OnTheSite):
    def test_answers_that_it_is_alive(self) -> None:
        self.assertEqual(self.client.get("/livez").content, b"ok")

    def test_says_in_json_that_there_is_nothing_else(self) -> None:
        for path in ("/", "/nothing", "/accounts/login/", "/conversion/GBP/USD/1/2", "/conversion/GBP/USD/1%2F2"):
            with self.subTest(path):
                answer = self.client.get(path)
                self.assertEqual((answer.status_code, answer.json()["error"]), (404, "not_found"))

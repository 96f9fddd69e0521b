"""The client against the real service, and against far ends that lie."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from django.test import SimpleTestCase

from conversion import client, rates
from conversion.money import CURRENCIES, Money, currency


class TheRealService(SimpleTestCase):
    def test_answers_as_the_rates_say(self) -> None:
        money = Money.of("30", "GBP")
        for unit in CURRENCIES.values():
            with self.subTest(unit.code):
                self.assertEqual(client.convert(money, to=unit).target, rates.convert(money, to=unit))
                self.assertEqual(client.cost_of(money, in_=unit).source, rates.cost_of(money, in_=unit))


class AFarEndThatLies(SimpleTestCase):
    def test_is_not_believed(self) -> None:
        good = {"from": "GBP", "to": "USD", "amount": "30.00", "rate": "1.27", "converted_amount": "38.10"}
        self.assertEqual(self.asked(good).target, Money.of("38.10", "USD"))
        for lie in (
            {"converted_amount": "381.00"},
            {"converted_amount": "-38.10"},
            {"converted_amount": "NaN"},
            {"converted_amount": "38.105"},
            {"converted_amount": 38.1},
            {"rate": "0"},
            {"rate": "Infinity"},
            {"to": "EUR"},
            {"amount": "3.00"},
        ):
            with self.subTest(lie), self.assertRaises(client.ConversionUnavailable):
                self.asked(good | lie)
        for garbage in ([], "x", None, {}):
            with self.subTest(garbage), self.assertRaises(client.ConversionUnavailable):
                self.asked(garbage)

    def asked(self, answer: object) -> client.Conversion:
        class Liar(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(answer).encode())

            def log_message(self, *_: object) -> None:
                pass

        with HTTPServer(("127.0.0.1", 0), Liar) as server:
            threading.Thread(target=server.handle_request, daemon=True).start()
            with self.settings(CONVERSION_URL=f"http://127.0.0.1:{server.server_port}"):
                return client.convert(Money.of("30", "GBP"), to=currency("USD"))

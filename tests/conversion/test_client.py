"""The client of the conversion service: with the real service, and with servers that answer wrongly, late or never."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import threading
import time
from collections.abc import Callable
from decimal import Decimal

from django.test import SimpleTestCase

from conversion import client, rates
from conversion.money import CURRENCIES, Money, currency

GOOD = {"from": "GBP", "to": "USD", "amount": "30.00", "rate": "1.27", "converted_amount": "38.10"}
USD = currency("USD")


class TheRealService(SimpleTestCase):
    def test_answers_as_the_rates_say(self) -> None:
        for source in CURRENCIES.values():
            money = Money(3000, source)
            for target in CURRENCIES.values():
                with self.subTest(f"{source.code} {target.code}"):
                    self.assertEqual(client.convert(money, to=target).target, rates.convert(money, to=target))
                    cost = client.cost_of(money, in_=target)
                    self.assertEqual((cost.source, cost.target), (rates.cost_of(money, in_=target), money))

    def test_the_largest_amount_is_asked_and_believed(self) -> None:
        money = Money(10**15, currency("JPY"))
        self.assertEqual(client.convert(money, to=USD).target, rates.convert(money, to=USD))

    def test_what_no_wallet_could_hold_is_too_large_and_not_a_service_that_is_down(self) -> None:
        most, yen = Money(10**15, currency("GBP")), currency("JPY")
        for ask in (lambda: client.convert(most, to=yen), lambda: client.cost_of(most, in_=yen)):
            with self.assertRaises(client.TooLarge):
                ask()


class FarEnd:
    """A server on a free `port` that answers the n-th connection with the n-th of `turns`; it counts `connections`."""

    def __init__(self, test: SimpleTestCase, *turns: Callable[[socket.socket], None]) -> None:
        self.connections = 0
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._kept: list[socket.socket] = []
        test.addCleanup(self._close)
        threading.Thread(target=self._serve, args=(turns,), daemon=True).start()

    def _serve(self, turns: tuple[Callable[[socket.socket], None], ...]) -> None:
        for turn in turns:
            try:
                far, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._kept.append(far)
            with contextlib.suppress(OSError):
                turn(far)

    def _close(self) -> None:
        for connection in (self._listener, *self._kept):
            connection.close()


def saying(answer: object, *, status: str = "200 OK", times: int = 1) -> Callable[[socket.socket], None]:
    """A turn that gives `answer` to the first `times` requests of one connection, as JSON unless it is bytes."""
    body = answer if isinstance(answer, bytes) else json.dumps(answer).encode()

    def turn(far: socket.socket) -> None:
        for _ in range(times):
            asked(far)
            far.sendall(f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body)

    return turn


def asked(far: socket.socket) -> None:
    """Reads one HTTP request to the end of its head. Raises ConnectionResetError where the client hangs up."""
    text = b""
    while b"\r\n\r\n" not in text:
        piece = far.recv(4096)
        if not piece:
            raise ConnectionResetError
        text += piece


class AFarEnd(SimpleTestCase):
    """A far end is the server at the other side of the client's connection."""

    def setUp(self) -> None:
        client._forget()

    def asks(self, far: FarEnd, *, within_s: float = 5.0) -> client.Conversion:
        with self.settings(CONVERSION_URL=f"http://127.0.0.1:{far.port}", CONVERSION_TIMEOUT_S=within_s):
            return client.convert(Money.of("30", "GBP"), to=USD)

    def refuses(self, *turns: Callable[[socket.socket], None]) -> float:
        """Asserts that the client raises ConversionUnavailable; returns the seconds until it did."""
        began = time.monotonic()
        with self.assertRaises(client.ConversionUnavailable):
            self.asks(FarEnd(self, *turns), within_s=0.3)
        return time.monotonic() - began

    def test_that_tells_the_truth_is_believed(self) -> None:
        self.assertEqual(self.asks(FarEnd(self, saying(GOOD))).target, Money.of("38.10", "USD"))

    def test_that_lies_is_not(self) -> None:
        for lie in (
            {"converted_amount": "381.00"},
            {"converted_amount": "38.11"},  # one cent more than the amount rounded down, so a gain
            {"converted_amount": "38.08"},
            {"converted_amount": "-38.10"},
            {"converted_amount": "NaN"},
            {"converted_amount": "Infinity"},
            {"converted_amount": "1e999999999"},
            {"converted_amount": "３８.１０"},
            {"converted_amount": "9" * 200},
            {"converted_amount": "38.105"},
            {"converted_amount": 38.1},
            {"converted_amount": True},
            {"converted_amount": None},
            {"rate": "0"},
            {"rate": "-1.27"},
            {"rate": "Infinity"},
            {"rate": "1e999999"},
            {"rate": ["1.27"]},
            {"to": "EUR"},
            {"from": "EUR"},
            {"amount": "3.00"},
            {"amount": 30},
        ):
            with self.subTest(lie):
                self.refuses(saying(GOOD | lie))

    def test_that_talks_nonsense_is_not(self) -> None:
        nonsense: object
        for nonsense in ([], "x", None, {}, 7, b"", b"<html>", b"\xff\xfe", b"[" * 9_000, b" " * 10_001, b"9" * 9_000):
            with self.subTest(str(nonsense)[:20]):
                self.refuses(saying(nonsense))

    def test_that_answers_with_an_error_or_sends_elsewhere_is_not(self) -> None:
        for status in ("400 Bad Request", "404 Not Found", "500 Broken", "204 No Content", "302 Found\r\nLocation: /x"):
            with self.subTest(status):
                self.refuses(saying(GOOD, status=status))

    def test_that_says_nothing_or_drips_is_given_up_in_time(self) -> None:
        done = threading.Event()
        self.addCleanup(done.set)

        def drips(far: socket.socket) -> None:
            asked(far)
            far.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
            while not done.wait(0.05):
                far.sendall(b" ")

        def drips_its_first_line(far: socket.socket) -> None:
            asked(far)
            for byte in b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n":
                far.sendall(bytes([byte]))
                if done.wait(0.05):
                    return

        for turn in (lambda far: None, drips):
            self.assertLess(self.refuses(turn), 3)
        self.assertLess(self.refuses(drips_its_first_line), 1.5)

    def test_that_is_not_there_is_unavailable(self) -> None:
        with socket.socket() as taken:  # bound but not listening, so connections are refused
            taken.bind(("127.0.0.1", 0))
            nobody = f"http://127.0.0.1:{taken.getsockname()[1]}"
            with self.settings(CONVERSION_URL=nobody), self.assertRaises(client.ConversionUnavailable):
                client.convert(Money.of("30", "GBP"), to=USD)

    def test_is_asked_over_one_connection(self) -> None:
        far = FarEnd(self, saying(GOOD, times=3), saying(GOOD))
        for _ in range(3):
            self.asks(far)
        self.assertEqual(far.connections, 1)

    def test_that_closed_a_kept_connection_is_asked_once_more(self) -> None:
        def hangs_up(far: socket.socket) -> None:
            saying(GOOD)(far)
            asked(far)  # reads the second request first: a check of the connection beforehand cannot notice it
            far.close()

        far = FarEnd(self, hangs_up, saying(GOOD))
        self.asks(far)
        self.assertEqual(self.asks(far).target, Money.of("38.10", "USD"))
        self.assertEqual(far.connections, 2)

    def test_that_hangs_up_on_a_new_connection_is_not_asked_again(self) -> None:
        far = FarEnd(self, socket.socket.close, saying(GOOD))
        with self.assertRaises(client.ConversionUnavailable):
            self.asks(far)
        self.assertEqual(far.connections, 1)

    def test_is_not_asked_through_a_proxy_of_the_machines(self) -> None:
        before = os.environ.get("http_proxy")
        os.environ["http_proxy"] = "http://127.0.0.1:9"
        try:
            self.asks(FarEnd(self, saying(GOOD)))
        finally:
            os.environ.pop("http_proxy") if before is None else os.environ.update(http_proxy=before)

    def test_is_not_asked_about_the_same_currency(self) -> None:
        money = Money.of("30", "GBP")
        with self.settings(CONVERSION_URL="http://127.0.0.1:9"):
            self.assertEqual(client.convert(money, to=money.currency), client.Conversion(money, money, Decimal(1)))
            self.assertEqual(client.cost_of(money, in_=money.currency), client.Conversion(money, money, Decimal(1)))

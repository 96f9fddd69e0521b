"""Asking a source of rates: a real server on this machine that answers well, wrongly, too long, or never to the end."""

from __future__ import annotations

import datetime as dt
import json
import time
import traceback
from decimal import Decimal
from unittest import mock

from django.test import SimpleTestCase, override_settings

from conversion import fetching
from conversion.documents import Unusable
from conversion.fetching import NotFetched, fetch

from .rate_server import ecb, source

JSON = {"result": "success", "base_code": "EUR", "conversion_rates": {"EUR": 1, "USD": 1.086, "GBP": 0.855}}
MOMENT = 1_795_651_201
KEY = "a-key-that-nobody-may-see"


class Fetching(SimpleTestCase):
    kind = "ecb"

    def setUp(self) -> None:
        self.source = self.enterContext(source())
        self.enterContext(override_settings(RATES_SOURCE=self.kind, RATES_URL=self.source.url, RATES_KEY=""))

    def assert_unusable(self, body: bytes, why: str) -> None:
        self.source.says(body)
        with self.subTest(body[:300]), self.assertRaisesRegex(Unusable, why):
            fetch()


class TheFileOfTheEcb(Fetching):
    def test_is_read_exactly(self) -> None:
        self.source.says(ecb("2026-11-25", USD="1.0860"))
        document = fetch()
        self.assertEqual((document.source, document.base), ("ecb", "EUR"))
        self.assertEqual(document.dated, dt.datetime(2026, 11, 25, tzinfo=dt.UTC))
        self.assertEqual((document.per_base["USD"], document.per_base["EUR"]), (Decimal("1.0860"), Decimal(1)))

    def test_has_only_currencies_of_this_installation(self) -> None:
        self.source.says(ecb("2026-11-25", PTS="2"))
        self.assertEqual({"TRY", "PTS"} & set(fetch().per_base), set())

    def test_may_lack_a_currency_but_not_the_pivot(self) -> None:
        self.source.says(ecb("2026-11-25", JPY=None))
        self.assertNotIn("JPY", fetch().per_base)
        self.assert_unusable(ecb("2026-11-25", GBP=None), "no rate of GBP")

    def test_is_not_taken_if_a_number_is_impossible(self) -> None:
        for wrong in ("0", "0.0000", "-1.0860", "1e3", "NaN", "Infinity", "", "1,0860", "１", "9" * 30, "0x10", " 1"):
            self.assert_unusable(ecb("2026-11-25", USD=wrong), "the rate of USD is no number above zero")
        self.assert_unusable(ecb("2026-11-25", EUR="2"), "one EUR is not one EUR")

    def test_is_not_taken_if_it_is_another_document(self) -> None:
        good = ecb("2026-11-25")
        for body, why in (
            (b"", "cannot be read"),
            (b"<html><body>Sorry</body></html>", "0 days"),
            (good[:400], "cannot be read"),
            (good.replace(b"<Cube><Cube", b"<Cube><Cube time='2026-11-24'/><Cube"), "2 days"),
            (ecb("25/11/2026"), "no date"),
            (ecb("2026-13-41"), "cannot be read"),
            (good.replace(b"currency='TRY'", b"currency='USD'"), "twice"),
            (good.replace(b" rate='1.6500'", b""), "cannot be read"),
            (b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "cannot be read"),
            (b"\xff\xfe\x00", "cannot be read"),
        ):
            self.assert_unusable(body, why)


class TheJsonOfAService(Fetching):
    kind = "service"

    def says(self, **changes: object) -> bytes:
        body = json.dumps(JSON | {"time_last_update_unix": MOMENT} | changes).encode()
        self.source.says(body)
        return body

    def test_is_read_without_floats(self) -> None:
        self.says(conversion_rates={"USD": 1.1, "GBP": 1, "JPY": 1e2, "KWD": 1e-7})
        document = fetch()
        self.assertEqual(document.dated, dt.datetime.fromtimestamp(MOMENT, dt.UTC))
        self.assertEqual(
            document.per_base,
            {"EUR": 1, "USD": Decimal("1.1"), "GBP": 1, "JPY": 100, "KWD": Decimal("0.0000001")},
        )

    def test_may_have_other_names(self) -> None:
        self.source.says(json.dumps({"base": "GBP", "rates": {"USD": 1.27}, "time_last_update_unix": MOMENT}).encode())
        document = fetch()
        self.assertEqual((document.base, document.per_base), ("GBP", {"GBP": 1, "USD": Decimal("1.27")}))

    def test_is_not_taken_if_it_is_anything_else(self) -> None:
        rates = JSON["conversion_rates"]
        assert isinstance(rates, dict)
        for wrong in (0, -1, "", None, True, [1], {"a": 1}, 10**12, 1e-21, "1e5"):
            self.assert_unusable(self.says(conversion_rates=rates | {"USD": wrong}), "the rate of USD")
        for body, why in (
            (self.says(result="error"), "failed"),
            (self.says(time_last_update_unix="today"), "no date"),
            (self.says(time_last_update_unix=10**30), "cannot be read"),
            (self.says(base_code=None), "no base"),
            (self.says(conversion_rates=[]), "no rate of GBP"),
            (self.says(conversion_rates=7), "cannot be read"),
            (b'{"base": "EUR", "rates": {"GBP": NaN}, "time_last_update_unix": 1}', "cannot be read"),
            (b'{"base": "EUR", "rates": {"GBP": 1, "GBP": 2}, "time_last_update_unix": 1}', "cannot be read"),
            (b"[" * 100_000, "cannot be read"),
            (b"[]", "cannot be read"),
            (b"<html>", "cannot be read"),
        ):
            self.assert_unusable(body, why)

    def test_is_asked_for_with_the_key(self) -> None:
        self.says()
        with override_settings(RATES_KEY=KEY):
            fetch()
            self.assertEqual(self.source.asked[-1][1]["Authorization"], f"Bearer {KEY}")
            with override_settings(RATES_URL=f"{self.source.url}/{{key}}/latest"):
                fetch()
        path, headers = self.source.asked[-1]
        self.assertEqual((path, "Authorization" in headers), (f"/rates/{KEY}/latest", False))


class ASourceThatFails(Fetching):
    def assert_not_fetched(self, why: str) -> None:
        with self.assertRaisesRegex(NotFetched, why) as caught:
            fetch()
        told = "".join(traceback.format_exception(caught.exception))
        self.assertNotIn(KEY, told, "what is logged shows the key")

    def setUp(self) -> None:
        super().setUp()
        self.enterContext(override_settings(RATES_URL=f"{self.source.url}/{{key}}", RATES_KEY=KEY))

    def test_is_told_from_one_that_answers(self) -> None:
        for status in (500, 404, 401, 204, 503):
            with self.subTest(status):
                self.source.says(ecb("2026-11-25"), status)
                self.assert_not_fetched(f"status {status}")

    def test_cannot_send_us_elsewhere(self) -> None:
        """A redirect could lead into this machine's network."""
        with source() as other:
            other.says(ecb("2026-11-25"))
            for status in (301, 302, 303, 307, 308):
                self.source.says(b"", status, Location=other.url)
                self.assert_not_fetched(f"status {status}")
            self.assertEqual(other.asked, [])

    def test_cannot_fill_the_memory(self) -> None:
        sent = []
        self.source.pieces = (sent.append(1) or b" " * 100_000 for _ in range(10_000))  # type: ignore[func-returns-value]
        self.assert_not_fetched("too long")
        self.assertLess(len(sent), 200)

    def test_cannot_send_a_small_answer_that_becomes_a_huge_one(self) -> None:
        self.source.says(ecb("2026-11-25"))
        self.source.headers = {"Content-Encoding": "gzip"}
        self.assertEqual(fetch().base, "EUR")  # read as it came

    def test_cannot_keep_us_by_sending_byte_after_byte(self) -> None:
        self.source.pieces = (time.sleep(0.02) or b" " for _ in range(300))  # type: ignore[func-returns-value]
        with mock.patch.object(fetching, "WHOLE_S", 0.3):
            self.assert_not_fetched("too long|takes too long")

    def test_cannot_keep_us_by_silence(self) -> None:
        self.source.pieces = (time.sleep(1) or b"" for _ in range(2))  # type: ignore[func-returns-value]
        with mock.patch.object(fetching, "SILENCE_S", 0.2):
            self.assert_not_fetched("no answer")

    def test_may_not_be_there_at_all(self) -> None:
        for address in ("http://127.0.0.1:1/{key}", "http://[::1/{key}", "nonsense://{key}"):
            with self.subTest(address), override_settings(RATES_URL=address):
                self.assert_not_fetched("no answer")

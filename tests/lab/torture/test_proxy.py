"""The proxy misbehaves as each of its moods says, and the clients of both services refuse what it answers."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.conf import settings
from django.test import SimpleTestCase, override_settings

from conversion import client as conversion
from conversion.money import Money, currency
from lab.torture.proxy import Mood, Proxy
from timestamp_rpc import client as clock


class TheProxy(SimpleTestCase):
    databases: set[str] = set()

    def setUp(self) -> None:
        self.clock = Proxy(int(settings.TIMESTAMP_SERVERS[0].rpartition(":")[2]))
        self.rates = Proxy(int(settings.CONVERSION_URL.rpartition(":")[2]))
        for proxy in (self.clock, self.rates):
            self.addCleanup(proxy.stop)
        behind = override_settings(
            TIMESTAMP_SERVERS=[f"127.0.0.1:{self.clock.port}"],
            CONVERSION_URL=f"http://127.0.0.1:{self.rates.port}",
        )
        behind.enable()
        self.addCleanup(behind.disable)
        conversion._forget()
        clock._forget()

    def converted(self) -> Money:
        return conversion.convert(Money.of("30", "GBP"), to=currency("USD")).target

    def test_passes_on_what_is_honest(self) -> None:
        self.assertLess(abs(clock.now() - dt.datetime.now(dt.UTC)), dt.timedelta(seconds=5))
        self.assertGreater(self.converted().minor, 0)

    def test_no_answer_of_a_misbehaving_proxy_is_accepted(self) -> None:
        for mood in Mood:
            if mood is Mood.HONEST:
                continue
            self.clock.become(mood)
            self.rates.become(mood)
            if mood is Mood.LYING:  # its time is well-formed; the ledger finds it by the database's clock
                self.assertGreater(clock.now() - dt.datetime.now(dt.UTC), dt.timedelta(minutes=50))
                self.assert_not_believed(conversion.ConversionUnavailable, self.converted, mood)
            else:
                with self.settings(TIMESTAMP_TIMEOUT_S=0.4, CONVERSION_TIMEOUT_S=0.4):
                    self.assert_not_believed(conversion.ConversionUnavailable, self.converted, mood)
                    self.assert_not_believed(clock.ClockUnavailable, clock.now, mood)

    def assert_not_believed(self, error: type[Exception], ask: Callable[[], object], mood: Mood) -> None:
        with self.subTest(mood), self.assertRaises(error):
            ask()

"""Each setting that is read from the environment is in README's table, and docker-compose passes it on."""

from __future__ import annotations

import os
import re
import runpy
from pathlib import Path
from unittest import mock

from django.core.exceptions import ImproperlyConfigured
from django.test import SimpleTestCase

PROJECT = Path(__file__).resolve().parents[2]
NOT_FOR_COMPOSE = {"DEBUG", "ROOT_URLCONF", "STATIC_ROOT", "WALLET_PLACE"}  # for a demo or a bench, or set by the image


def text_of(name: str) -> str:
    return (PROJECT / name).read_text()


FILES = ("wallet_site/settings.py", "wallet_site/currency_settings.py")


class Settings(SimpleTestCase):
    names = set(re.findall(r"(?:env\.\w+|amount_in)\(\s*\"(\w+)\"", "".join(map(text_of, FILES))))

    def test_are_all_in_the_readme(self) -> None:
        self.assertGreater(len(self.names), 30)
        self.assertEqual(self.names - set(re.findall(r"`([A-Z_]+)`", text_of("README.md"))), set())

    def test_amounts_that_nobody_can_read_stop_the_start(self) -> None:
        """Found at the start, not by the member whose payment meets the limit."""
        amounts = re.findall(r"= amount_in\(\"(\w+)\"", text_of("wallet_site/settings.py"))
        self.assertGreaterEqual(len(amounts), 8)
        for name in [*amounts, "DEFAULT_CURRENCY"]:
            for wrong in ("20 pounds", "20.001 GBP", "-1 GBP", "20", ""):
                with (
                    self.subTest(f"{name}={wrong}"),
                    mock.patch.dict(os.environ, {name: wrong}),
                    self.assertRaisesRegex(ImproperlyConfigured, rf"^{name}={wrong}: it is [^\n]+$"),
                ):
                    runpy.run_path(str(PROJECT / "wallet_site" / "settings.py"))

    def test_of_currencies_that_cannot_be_stop_the_start(self) -> None:
        bean = {"OWN_UNIT": "BEAN", "OWN_UNIT_NAME": "Beans", "OWN_UNIT_DECIMALS": "0", "OWN_UNIT_PER_POUND": "100"}
        ecb = {"RATES_SOURCE": "ecb", "RATES_KEY": "a-secret"}
        for wrong, why in (
            ({"RATES_SOURCE": "bank"}, "RATES_SOURCE=bank: it is "),
            ({"RATES_WHEN_STALE": "stop"}, "RATES_WHEN_STALE=stop: it is "),
            ({"RATES_STALE_AFTER_HOURS": "-1"}, "RATES_STALE_AFTER_HOURS=-1: it is "),
            ({"RATES_BAND_PERCENT": "0"}, "RATES_BAND_PERCENT=0: it is "),
            ({"RATES_BAND_PERCENT": "101"}, "RATES_BAND_PERCENT=101: it is "),
            (ecb, "RATES_URL is "),
            (ecb | {"RATES_URL": "http://rates.example.org/a-secret"}, "RATES_URL is "),
            (ecb | {"RATES_URL": "http://localhost.example.org/a-secret"}, "RATES_URL is "),
            (ecb | {"RATES_URL": "https://"}, "RATES_URL is "),
            (bean | {"OWN_UNIT": "EUR"}, "OWN_UNIT=EUR: there is such a currency"),
            (bean | {"OWN_UNIT": "NOK"}, "OWN_UNIT=NOK: there is such a currency"),  # of ISO 4217, though not of ours
            (bean | {"OWN_UNIT": "PTS"}, "OWN_UNIT=PTS: there is such a currency"),
            (bean | {"OWN_UNIT": "bean"}, "OWN_UNIT=bean: it is "),
            (bean | {"OWN_UNIT": "BE"}, "OWN_UNIT=BE: it is "),
            (bean | {"OWN_UNIT": "BEANBEANS"}, "OWN_UNIT=BEANBEANS: it is "),
            (bean | {"OWN_UNIT_NAME": "B" * 41}, "OWN_UNIT_NAME=B+: it is "),
            (bean | {"OWN_UNIT_DECIMALS": "5"}, "OWN_UNIT_DECIMALS=5: it is "),
            (bean | {"OWN_UNIT_DECIMALS": "-1"}, "OWN_UNIT_DECIMALS=-1: it is "),
            (bean | {"OWN_UNIT_PER_POUND": "0"}, "OWN_UNIT_PER_POUND=0: it is "),
            (bean | {"OWN_UNIT_PER_POUND": "-1"}, "OWN_UNIT_PER_POUND=-1: it is "),
            (bean | {"OWN_UNIT_PER_POUND": "many"}, "OWN_UNIT_PER_POUND=many: it is "),
        ):
            with (
                self.subTest(wrong),
                mock.patch.dict(os.environ, wrong),
                self.assertRaisesRegex(ImproperlyConfigured, rf"^{why}[^\n]+$") as caught,
            ):
                runpy.run_path(str(PROJECT / "wallet_site" / "currency_settings.py"))
            self.assertNotIn("a-secret", str(caught.exception))

    def test_of_a_source_may_name_this_machine_or_an_https_address(self) -> None:
        for url in ("https://rates.example.org/daily.xml", "http://127.0.0.1:8000/x", "https://r.example/{key}/GBP"):
            with self.subTest(url), mock.patch.dict(os.environ, {"RATES_SOURCE": "ecb", "RATES_URL": url}):
                found = runpy.run_path(str(PROJECT / "wallet_site" / "currency_settings.py"))
            self.assertEqual(found["RATES_URL"], url)

    def test_all_reach_the_containers(self) -> None:
        passed = set(re.findall(r"^ +([A-Z_]+):", text_of("docker-compose.yml"), re.M))
        self.assertEqual(self.names - NOT_FOR_COMPOSE - passed, set())

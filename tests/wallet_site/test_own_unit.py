"""A unit of the installation's own: people have wallets in it, and pages go on when the settings no longer name it."""

from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from unittest import mock
from urllib.parse import urlsplit, urlunsplit

from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.test import override_settings
from django.urls import reverse

from accounts.models import User
from conversion import closed_units
from conversion.money import CURRENCIES, Money, UnknownCurrency, currency
from conversion.rates import PER_PIVOT
from conversion.units import open_unit
from ledger.errors import ConversionDown
from ledger.models import Wallet
from payments.owners import wallet_of
from payments.registration.service import register
from tests.base import MoneyTestCase
from tests.cast import PASSWORD, PIN, balance, person, sent
from tests.conversion.serving import serving
from tests.runner import owner_of
from treasury.rates.service import set_rate
from wallet_site.install_sql import install_sql

PROJECT = Path(__file__).resolve().parents[2]


class AnOwnUnit(MoneyTestCase):
    def setUp(self) -> None:
        for table in (CURRENCIES, PER_PIVOT):
            self.enterContext(mock.patch.dict(table))
        closed_units._stored.cache_clear()
        self.addCleanup(closed_units._stored.cache_clear)
        self.enterContext(serving())
        self.enterContext(override_settings(OWN_UNIT="BEAN"))
        open_unit(code="BEAN", name="Beans", decimals=1, per_pivot="40")
        self.migrate()

    def migrate(self) -> None:
        with owner_of(connection.settings_dict["NAME"]):
            install_sql(using="default")

    def member(self, username: str) -> User:
        user, _ = register(
            username=username,
            first_name="Bea",
            last_name="Bean",
            email=f"{username}@example.org",
            password=PASSWORD,
            currency="BEAN",
        )
        user.set_pin(PIN)
        return user

    def close(self) -> None:
        """As after a restart without the setting."""
        del CURRENCIES["BEAN"], PER_PIVOT["BEAN"]
        closed_units._stored.cache_clear()

    def test_has_wallets_with_its_decimals_and_is_converted(self) -> None:
        bea, bob = self.member("bea"), person("bob")
        self.assertEqual(balance(bea), Money.of("40000.0", "BEAN"))  # the opening grant of 1,000 pounds
        self.assertEqual(sent(bea, bob, "100.0").received, Money.of("2.50", "GBP"))
        self.client.force_login(bea)
        self.assertContains(self.client.get("/"), "39,900.0")
        of_system = Wallet.objects.filter(owner=None)
        self.assertEqual(
            set(of_system.filter(currency_code="BEAN").values_list("purpose", flat=True)),
            set(of_system.filter(currency_code="GBP").values_list("purpose", flat=True)),
        )

    def test_that_is_closed_is_shown_and_pays_within_itself(self) -> None:
        bea, ben = self.member("bea"), self.member("ben")
        self.close()
        self.assertNotIn("BEAN", CURRENCIES)
        self.assertEqual(currency("bean").name, "Beans")
        self.assertEqual(sent(bea, ben, "100.0").received, Money.of("100.0", "BEAN"))
        self.assertEqual(wallet_of(ben).available, Money.of("40100.0", "BEAN"))
        with self.assertRaises(ConversionDown):
            sent(bea, person("bob"), "100.0")
        self.assert_pages_work(bea)
        self.client.force_login(person("admin"))
        for page in ("dashboard", "accounts", "transfers", "rates"):
            self.assertEqual(self.client.get(reverse(f"staff:{page}")).status_code, 200, page)

    def test_that_is_closed_and_opened_again_is_as_before(self) -> None:
        bea = self.member("bea")
        self.close()
        open_unit(code="BEAN", name="Broad beans", decimals=1, per_pivot="50")
        self.migrate()
        self.assertEqual(sent(bea, person("bob"), "100.0").received, Money.of("2.00", "GBP"))

    def test_never_gets_other_decimals(self) -> None:
        """Every amount that was booked would become another one."""
        self.member("bea")
        self.close()
        open_unit(code="BEAN", name="Beans", decimals=2, per_pivot="40")
        with self.assertRaisesRegex(ImproperlyConfigured, "^OWN_UNIT_DECIMALS=2: BEAN has had 1"):
            self.migrate()

    def test_is_not_known_before_it_was_ever_opened(self) -> None:
        for code in ("LEAF", "XXX", "bean ", "B", "ßEAN"):
            with self.subTest(code), self.assertRaises(UnknownCurrency):
                currency(code)

    def assert_pages_work(self, user: User) -> None:
        self.client.force_login(user)
        for page in PAGES:
            answer = self.client.get(reverse(page))
            self.assertEqual(answer.status_code, 200, page)
        self.assertContains(self.client.get("/"), "39,900.0")
        receipt = self.client.get(reverse("payments:history"))
        self.assertContains(receipt, "100.0")


PAGES = (
    "home",
    "profile",
    "payments:send",
    "payments:requests",
    "payments:new_request",
    "payments:holds",
    "payments:new_hold",
    "payments:history",
    "payments:top_up",
    "payments:notifications",
    "treasury:withdraw",
    "treasury:payout_accounts",
)


@override_settings(RATES_SOURCE="staff")
class PagesWithoutARate(MoneyTestCase):
    """No page that only shows something needs a rate."""

    def test_work_for_people_of_every_currency(self) -> None:
        with serving():
            for who in ("carla", "yuki", "alice"):
                self.client.force_login(person(who))
                for page in PAGES:
                    self.assertEqual(self.client.get(reverse(page)).status_code, 200, f"{who}: {page}")


ASKS = """
import sys, wallet_site.wsgi
from django.test import Client
for path in sys.argv[1:]:
    answer = Client(SERVER_NAME="127.0.0.1").get(path)
    print(answer.status_code, answer.content.decode())
"""


class TheConversionProcess(MoneyTestCase):
    """It reads the table in the database of its own accord, on its own settings."""

    def ask(self, *paths: str, **environment: str) -> list[str]:
        address = urlsplit(os.environ["DATABASE_URL"])._replace(path="/" + connection.settings_dict["NAME"])
        settings = {"DJANGO_SETTINGS_MODULE": "wallet_site.bare_settings", "DATABASE_URL": urlunsplit(address)}
        done = subprocess.run(
            [sys.executable, "-c", ASKS, *paths],
            env=os.environ | settings | environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout.splitlines()

    def test_reads_the_rates_of_the_database(self) -> None:
        with override_settings(RATES_SOURCE="staff"):
            set_rate(by=person("admin"), currency=currency("USD"), per_pound=Decimal("1.30"))
        path = "/conversion/GBP/USD/10.00"
        self.assertIn('"converted_amount": "12.70"', self.ask(path)[0])
        found = self.ask(path, "/conversion/GBP/EUR/1", RATES_SOURCE="staff", RATES_WHEN_STALE="refuse")
        self.assertIn('"converted_amount": "13.00"', found[0])
        self.assertRegex(found[1], '^503 .*"rates_too_old"')

    def test_says_that_it_cannot_read_them_where_the_database_is_away(self) -> None:
        nowhere = {"DATABASE_URL": "postgres://nobody:x@127.0.0.1:1/nothing", "RATES_SOURCE": "staff"}
        self.assertRegex(self.ask("/conversion/GBP/USD/10.00", **nowhere)[0], '^503 .*"rates_unreadable"')

    def test_knows_the_own_unit(self) -> None:
        bean = {"OWN_UNIT": "BEAN", "OWN_UNIT_PER_POUND": "40", "OWN_UNIT_DECIMALS": "1"}
        self.assertIn('"converted_amount": "2.50"', self.ask("/conversion/BEAN/GBP/100.0", **bean)[0])
        self.assertRegex(self.ask("/conversion/BEAN/GBP/100")[0], "^404 ")

"""The system checks that stop an installation from starting."""

from __future__ import annotations

import os
import subprocess
import sys

from django.contrib.auth import get_user_model
from django.test import SimpleTestCase, TestCase, override_settings

from tests.base import MoneyTestCase
from wallet_site import checks


class DemoPasswordTests(TestCase):
    def setUp(self) -> None:
        self.admin = get_user_model()(
            username="admin1", email="admin1@example.org", currency="GBP", role="administrator"
        )
        self.admin.set_password("admin1")
        self.admin.save()

    @override_settings(DEMO=False)
    def test_production_refuses_the_demos_password(self) -> None:
        [error] = checks.no_demo_password_in_production(databases=["default"])
        self.assertEqual(error.id, "wallet.E004")

    @override_settings(DEMO=False)
    def test_production_opens_once_it_is_changed(self) -> None:
        self.admin.set_password("something of their own")
        self.admin.save()
        self.assertEqual(checks.no_demo_password_in_production(databases=["default"]), [])

    @override_settings(DEMO=False)
    def test_production_refuses_it_for_every_role_with_rights(self) -> None:
        self.admin.set_password("demo")
        self.admin.role = "cashier"
        self.admin.save()
        [error] = checks.no_demo_password_in_production(databases=["default"])
        self.assertIn("admin1 (cashier)", error.msg)

    @override_settings(DEMO=True)
    def test_the_demo_may_have_it(self) -> None:
        self.assertEqual(checks.no_demo_password_in_production(databases=["default"]), [])


IN_PRODUCTION = {"DEMO": "false", "EMAIL_URL": "smtp+tls://mail.example.org:587", "ALLOWED_HOSTS": "wallet.example.org"}


class ProductionTests(SimpleTestCase):
    def check(self, **environment: str) -> str:
        """The output of `check --deploy` in a process of its own, since the settings are read once."""
        others = {name: value for name, value in os.environ.items() if name not in ("DEMO", "OPENING_GRANT")}
        done = subprocess.run(
            [sys.executable, "manage.py", "check", "--deploy"],
            env=others | IN_PRODUCTION | {"DJANGO_SETTINGS_MODULE": "wallet_site.settings"} | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        self.assertEqual(done.returncode != 0, "E005" in done.stderr, done.stderr)
        return done.stdout + done.stderr

    def test_the_defaults_have_nothing_of_a_demo(self) -> None:
        self.assertIn("no issues", self.check())

    def test_each_setting_of_a_demo_is_named(self) -> None:
        found = self.check(
            OPENING_GRANT="5 GBP",
            TOP_UP_DAILY_CAP="10 GBP",
            EMAIL_VERIFICATION="none",
            SECURE_HSTS_SECONDS="0",
            SIGN_UP="open",
            STAFF_SECOND_FACTOR="false",
        )
        for words in (
            "given 5 GBP",
            "top up 10 GBP a day",
            "EMAIL_VERIFICATION is none",
            "SECURE_HSTS_SECONDS",
            "SIGN_UP is open",
            "STAFF_SECOND_FACTOR is off",
        ):
            with self.subTest(words):
                self.assertIn(words, found)
        self.assertIn("DEMO is on", self.check(DEMO="true"))

    def test_no_mail_server_is_an_error_unless_it_is_allowed(self) -> None:
        self.assertIn("wallet.E005", self.check(EMAIL_URL="consolemail://"))
        allowed = self.check(EMAIL_URL="consolemail://", ALLOW_CONSOLE_MAIL="true")
        self.assertIn("mail is sent to nobody", allowed)
        self.assertNotIn("E005", allowed)


class DatabaseTests(MoneyTestCase):
    def test_the_driver_is_psycopg2_and_money_is_serializable(self) -> None:
        self.assertEqual(checks.driver_is_psycopg2(), [])
        self.assertEqual(checks.money_can_be_serializable(databases=["default"]), [])

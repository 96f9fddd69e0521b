"""`./wallet create_admin`: the first administrator of an installation."""

from __future__ import annotations

import os
import re
from io import StringIO
from unittest import mock

from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import override_settings
from django.urls import reverse

from accounts.models import User
from ledger.models import Transfer
from payments.owners import wallet_of
from tests.base import MoneyTestCase, found
from tests.cast import person

PASSWORD = "a long way to the sea"
ZOE = {"username": "zoe", "first_name": "Zoe", "last_name": "Zimmer", "email": "Zoe@example.org"}
NOBODY = {"TIMESTAMP_SERVERS": ["127.0.0.1:1"], "CONVERSION_URL": "http://127.0.0.1:1"}  # nothing listens there


def create(password: str = PASSWORD, **options: str) -> str:
    """Runs the command, and returns what it says."""
    said = StringIO()
    with mock.patch.dict(os.environ, {"ADMIN_PASSWORD": password}):
        call_command("create_admin", stdout=said, **options)
    return said.getvalue()


class CreateAdmin(MoneyTestCase):
    @override_settings(**NOBODY, ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_makes_somebody_who_can_sign_in_at_once_though_no_other_service_runs(self) -> None:
        said = create(**ZOE)
        zoe = person("zoe")
        zoe.verify_pin(found(r"PIN for payments is (\d{6})\.", said))
        self.assertEqual((zoe.role, wallet_of(zoe).settled.minor, zoe.currency), ("administrator", 0, "GBP"))
        self.assertTrue(EmailAddress.objects.get(user=zoe, email="zoe@example.org", primary=True).verified)
        self.client.post(reverse("account_login"), {"login": "zoe", "password": PASSWORD})
        self.assertEqual(self.client.get(reverse("staff:dashboard")).status_code, 200)

    @override_settings(STAFF_SECOND_FACTOR=True)
    def test_says_what_the_first_sign_in_needs(self) -> None:
        self.assertIn("setting up a second factor", create(**ZOE))
        self.client.post(reverse("account_login"), {"login": "zoe", "password": PASSWORD})
        self.assertContains(self.client.get(reverse("staff:dashboard"), follow=True), reverse("mfa_activate_totp"))

    def test_gives_nothing_away(self) -> None:
        before = Transfer.objects.count()
        create(**ZOE, currency="EUR")
        self.assertEqual((Transfer.objects.count(), person("zoe").currency), (before, "EUR"))

    def test_refuses_in_one_line_what_sign_up_refuses(self) -> None:
        for wrong, text in (
            ({"username": "ALICE"}, "Username: A user with that username already exists."),
            ({"email": "alice@example.org"}, "Email: A user with that e-mail address already exists."),
            ({"currency": "XXX"}, "Currency: "),
            ({"password": "12345678"}, "Password: "),
        ):
            with self.subTest(text), self.assertRaisesRegex(CommandError, f"^{re.escape(text)}.*$"):
                create(**ZOE | wrong)
        self.assertFalse(User.objects.filter(username="zoe").exists())

    def test_without_a_terminal_names_what_is_missing(self) -> None:
        with mock.patch("sys.stdin", StringIO()), self.assertRaisesMessage(CommandError, "--email, ADMIN_PASSWORD"):
            create(password="", **{name: ZOE[name] for name in ("username", "first_name", "last_name")})

    def test_at_a_terminal_asks_again_only_for_what_was_wrong(self) -> None:
        answers = iter(["alice", "Zoe", "Zimmer", "zoe@example.org", "", "zoe"])
        secrets = iter([PASSWORD, "other", PASSWORD, PASSWORD])
        complaints = StringIO()
        with (
            mock.patch("sys.stdin.isatty", return_value=True),
            mock.patch("builtins.input", lambda _: next(answers)),
            mock.patch("wallet_site.management.commands.create_admin.getpass", lambda _: next(secrets)),
        ):
            call_command("create_admin", stdout=StringIO(), stderr=complaints)
        self.assertEqual(complaints.getvalue().count("\n"), 2)
        self.assertEqual(person("zoe").first_name, "Zoe")


class AnEmptyInstallation(MoneyTestCase):
    def test_names_the_command_until_there_is_an_administrator(self) -> None:
        User.objects.filter(role="administrator").update(is_active=False)
        self.assertNotContains(self.client.get("/"), "create_admin")  # a demo brings its own
        with override_settings(DEMO=False):
            self.assertContains(self.client.get("/"), "./wallet create_admin")
            User.objects.filter(role="administrator").update(is_active=True)
            self.assertNotContains(self.client.get("/"), "create_admin")

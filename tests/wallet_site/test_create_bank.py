"""`./wallet create_bank`: a bank at the terminal, by the rules of the page."""

from __future__ import annotations

import os
from io import StringIO
from unittest import mock

from django.core.management import CommandError, call_command

from tests.base import MoneyTestCase
from tests.cast import gbp
from treasury.models import Bank, Clearing

TIDE = {
    "username": "tidebank",
    "name": "Tide Bank",
    "email": "tide@example.org",
    "currency": "GBP",
    "daily_cap": "1000.50",
}


class CreateBank(MoneyTestCase):
    def create(self, password: str = "a long way to the sea", **options: str | bool) -> str:
        said = StringIO()
        with mock.patch.dict(os.environ, {"BANK_PASSWORD": password}):
            call_command("create_bank", stdout=said, **options)
        return said.getvalue()

    def test_makes_a_bank_that_can_sign_in(self) -> None:
        self.assertIn("Tide Bank can sign in as tidebank.", self.create(**TIDE))
        self.assertTrue(self.client.login(username="tidebank", password="a long way to the sea"))
        self.assertEqual((Clearing.objects.get().daily_cap, Bank.objects.get().needs_reference), (gbp("1000.50"), True))
        self.create(**TIDE | {"username": "shore", "email": "s@example.org"}, no_reference=True)
        self.assertFalse(Bank.objects.get(user__username="shore").needs_reference)

    def test_refuses_what_the_page_refuses(self) -> None:
        for wrong, text in (
            ({"username": "alice"}, "Username: A user with that username already exists."),
            ({"daily_cap": "0"}, "Limit a day: The amount must be more than zero."),
            ({"iban": "DE00"}, "IBAN: This is not an IBAN"),
            ({"name": ""}, "Name: This field is required."),
            ({"password": "12345678"}, "Password: "),
        ):
            with self.subTest(text), self.assertRaisesMessage(CommandError, text):
                self.create(**TIDE | wrong)
        self.assertEqual(Bank.objects.count(), 0)

    def test_without_a_terminal_names_what_is_missing(self) -> None:
        with mock.patch("sys.stdin", StringIO()), self.assertRaisesMessage(CommandError, "BANK_PASSWORD"):
            call_command("create_bank", **TIDE)

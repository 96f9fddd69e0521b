"""X4 finds nothing here; and it finds limits that count nothing, or too late, or by what the client says."""

from __future__ import annotations

from unittest import mock

from django.http import HttpRequest
from django.test import override_settings

from accounts.people import tries
from accounts.pins import pin
from accounts.tokens import service
from lab.attacks import guesses, secret_links
from tests.base import MoneyTestCase
from web import limits
from web.limits import Limit, Try

from .in_process import found, means


class GuessesOfAPassword(MoneyTestCase):
    def test_are_stopped(self) -> None:
        prepared = means(scale=0.7)
        for attack in (guesses.passwords_from_one_place, guesses.passwords_from_many_places, guesses.owner_gets_in):
            result = found(attack, prepared)
            self.assertEqual(result.findings, [])
            self.assertGreater(result.checks, 1)

    def test_are_found_where_nothing_is_counted(self) -> None:
        def count_nothing(limit: Limit, *subject: object, key: str | None = None) -> Try:
            return Try(limit, "")

        with mock.patch.object(tries, "take", count_nothing), mock.patch.object(limits, "take", count_nothing):
            result = found(guesses.passwords_from_one_place, means())
        self.assertRegex(str(result.findings), "one by one: 12 of 12 guesses were compared")

    def test_are_found_where_the_origin_is_what_the_client_says(self) -> None:
        def forged(request: HttpRequest) -> str:
            return request.headers.get("X-Forwarded-For") or request.headers["Host"]

        with mock.patch.object(tries, "origin_of", forged):
            result = found(guesses.passwords_from_one_place, means(scale=0.7))
        self.assertIn("other names in Host", str(result.findings))
        self.assertIn("forged forwarding headers", str(result.findings))

    def test_are_found_where_strangers_lock_the_owner_out(self) -> None:
        with mock.patch.object(tries, "device_of", lambda *_: None):
            result = found(guesses.owner_gets_in, means())
        self.assertRegex(str(result.findings), "locked out by strangers")


class GuessesOfAPin(MoneyTestCase):
    def test_are_stopped(self) -> None:
        self.assertEqual(found(guesses.pins, means()).findings, [])

    def test_are_found_where_too_many_are_compared(self) -> None:
        with mock.patch.object(pin, "MOST_TRIES", 9):
            result = found(guesses.pins, means())
        self.assertRegex(str(result.findings), "guesses were told that they are wrong")


@override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
class SecretsInLinks(MoneyTestCase):
    def test_are_opened_by_nothing_else(self) -> None:
        result = found(secret_links.guess, means())
        self.assertEqual(result.findings, [])
        self.assertGreater(result.checks, 40)

    def test_are_found_where_the_case_of_letters_is_ignored(self) -> None:
        real = service._digest
        with mock.patch.object(service, "_digest", lambda secret: real(secret.lower())):
            result = found(secret_links.guess, means())
        self.assertRegex(str(result.findings), "access tokens: what is not the secret opened it")

"""Signing up, in and out; usernames that look alike; the PIN: the main cases, in short."""

from __future__ import annotations

import re

from django.contrib.auth import get_user_model
from django.test import SimpleTestCase, override_settings
from django.urls import reverse

from accounts.people.usernames import skeleton
from accounts.pins.errors import PinLocked, PinMissing, PinWrong
from conversion.money import Money
from ledger.models import Wallet
from tests.base import Answer, MoneyTestCase, found
from tests.cast import PASSWORD, PIN, balance, person

FORM = {
    "username": "newcomer",
    "first_name": "Nia",
    "last_name": "Newcomer",
    "email": "nia@example.org",
    "currency": "EUR",
    "password1": "a long enough one 7",
    "password2": "a long enough one 7",
}


class SigningUp(MoneyTestCase):
    def sign_up(self, **changes: str) -> Answer:
        return self.client.post(reverse("account_signup"), FORM | changes)

    def test_opens_a_wallet_with_the_grant_and_shows_the_pin_once(self) -> None:
        answer = self.sign_up()
        self.assertIn("no-store", answer.headers["Cache-Control"])
        pin = found(r'id="pin">(\d{6})<', answer.content.decode())
        newcomer = person("newcomer")
        newcomer.verify_pin(pin)
        self.assertNotIn(pin, newcomer.pin_hash)
        self.assertEqual(balance(newcomer), Money.of("1170.00", "EUR"))
        self.assertContains(self.client.get("/"), "Hello Nia")

    def test_never_reads_the_opening_balance_from_the_form(self) -> None:
        self.sign_up(
            balance="1000000", amount="1000000", opening_grant="1000000", role="administrator", is_superuser="1"
        )
        newcomer = person("newcomer")
        self.assertEqual(balance(newcomer), Money.of("1170.00", "EUR"))
        self.assertEqual((newcomer.role, newcomer.is_superuser), ("member", False))

    def test_refuses_and_says_why(self) -> None:
        for changes, text in (
            ({"username": "ALICE"}, "already exists"),
            ({"username": "a1ice"}, "looks too much like"),
            ({"username": "аlice"}, "3 to 30 letters"),  # its first letter is Cyrillic
            ({"username": "1newcomer"}, "3 to 30 letters"),
            ({"email": "ALICE@example.org"}, "already exists"),
            ({"currency": "XXX"}, "valid choice"),
            ({"password2": "other"}, "not the same"),
            ({"password1": "12345678", "password2": "12345678"}, "too common"),
        ):
            with self.subTest(changes):
                self.assertContains(self.sign_up(**changes), text)
        self.assertFalse(get_user_model().objects.filter(email="nia@example.org").exists())

    def test_creates_nothing_while_a_service_is_down(self) -> None:
        for down in ({"CONVERSION_URL": "http://127.0.0.1:1"}, {"TIMESTAMP_SERVERS": ["127.0.0.1:1"]}):
            with self.subTest(down), override_settings(**down):
                self.assertContains(self.sign_up(), "safe to try again", status_code=503)
        self.assertFalse(get_user_model().objects.filter(username="newcomer").exists())

    @override_settings(OPENING_GRANT="0")
    def test_the_grant_can_be_switched_off(self) -> None:
        self.sign_up()
        self.assertEqual(balance(person("newcomer")), Money.of("0", "EUR"))

    def test_what_a_crash_cut_short_the_worker_finishes(self) -> None:
        from payments.registration.service import open_missing_wallets

        get_user_model().objects.create(
            username="halfway", email="h@example.org", currency="GBP", date_joined="2026-01-01T00:00Z"
        )
        self.assertEqual(open_missing_wallets(), 1)
        self.assertEqual(balance(person("halfway")), Money.of("1000.00", "GBP"))
        self.assertEqual(open_missing_wallets(), 0)


class SigningIn(MoneyTestCase):
    def test_by_name_or_address_and_out_again_by_post(self) -> None:
        for login in ("alice", "alice@example.org"):
            answer = self.client.post(reverse("account_login"), {"login": login, "password": PASSWORD}, follow=True)
            self.assertContains(answer, "You are now logged in.")
            answer = self.client.post(reverse("account_logout"), follow=True)
            self.assertContains(answer, "You are now logged out.")

    def test_a_wrong_password_says_nothing_about_who_exists(self) -> None:
        answers = [
            self.client.post(reverse("account_login"), {"login": name, "password": "wrong"}).content.decode()
            for name in ("alice", "nobody")
        ]
        self.assertEqual(*[re.findall(r"field__error.*|notice--error.*", answer) for answer in answers])

    def test_a_get_does_not_sign_out(self) -> None:
        self.client.force_login(person("alice"))
        self.client.get(reverse("account_logout"))
        self.assertContains(self.client.get("/"), "Hello Alice")


class ThePin(MoneyTestCase):
    def setUp(self) -> None:
        self.alice = person("alice")

    def test_counts_wrong_tries_and_locks(self) -> None:
        with self.assertRaises(PinMissing):
            self.alice.verify_pin("")
        for left in (4, 3, 2, 1):
            with self.assertRaises(PinWrong) as refused:
                self.alice.verify_pin("999999")
            self.assertEqual(refused.exception.tries_left, left)
        for pin in ("999999", PIN):
            with self.assertRaises(PinLocked):
                self.alice.verify_pin(pin)

    def test_a_right_one_forgets_the_wrong_ones(self) -> None:
        for _ in range(3):
            for _ in range(4):
                with self.assertRaises(PinWrong):
                    self.alice.verify_pin("999999")
            self.alice.verify_pin(PIN)

    def test_opens_again_after_the_lock_has_passed(self) -> None:
        get_user_model().objects.filter(pk=self.alice.pk).update(pin_failures=5, pin_locked_until="2020-01-01T00:00Z")
        self.alice.verify_pin(PIN)

    def test_a_new_one_is_given_for_the_password_only(self) -> None:
        self.client.force_login(self.alice)
        wrong = self.client.post(reverse("new_pin"), {"password": "wrong"})
        self.assertContains(wrong, "not your password", status_code=403)
        answer = self.client.post(reverse("new_pin"), {"password": PASSWORD})
        pin = found(r'id="pin">(\d{6})<', answer.content.decode())
        person("alice").verify_pin(pin)


class MoneyRemembersPeople(MoneyTestCase):
    def test_nobody_with_a_wallet_is_deleted(self) -> None:
        from django.db.models import ProtectedError

        with self.assertRaises(ProtectedError):
            person("alice").delete()
        self.assertTrue(Wallet.objects.filter(owner__username="alice").exists())


class LookAlikes(SimpleTestCase):
    def test_share_a_skeleton(self) -> None:
        for one, other in (
            ("alice", "AL1CE"),
            ("modern", "modem"),
            ("vvalter", "walter"),
            ("bob", "b0b"),
            ("a.b.c", "abc"),
        ):
            self.assertEqual(skeleton(one), skeleton(other))
        self.assertNotEqual(skeleton("alice"), skeleton("bob"))

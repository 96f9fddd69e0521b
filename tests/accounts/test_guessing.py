"""Guessing passwords: a stranger has few tries, and takes none from the owner."""

from __future__ import annotations

from typing import Any
from unittest import mock

from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.base import Answer, MoneyTestCase
from tests.cast import PASSWORD, person


class Guessing(MoneyTestCase):
    def sign_in(self, client: Client, login: str = "alice", password: str = "wrong", **more: Any) -> Answer:
        return client.post(reverse("account_login"), {"login": login, "password": password}, **more)

    def tries(self, times: int, login: str = "alice", **more: Any) -> int:
        """How many of so many guesses, each by a new browser, were compared with the password."""
        answers = [self.sign_in(Client(), login, **more) for _ in range(times)]
        return sum(answer.status_code != 429 for answer in answers)

    def later(self, seconds: float) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE web_allowance SET full_again_at = full_again_at - %s * interval '1 second'", [seconds]
            )

    def test_is_stopped_after_five_from_one_address(self) -> None:
        self.assertEqual(self.tries(12), 5)
        self.assertEqual(self.tries(12, "bob"), 5)  # each person has limits of their own

    def test_is_not_helped_by_another_spelling_or_another_port(self) -> None:
        logins = ("alice", "ALICE", "alice@example.org", "Alice@Example.org")
        spelled = [self.sign_in(Client(), logins[number % 4]).status_code for number in range(12)]
        self.assertEqual(spelled.count(200), 5)
        ported = [self.sign_in(Client(), "bob", headers={"host": f"localhost:{port}"}) for port in range(9000, 9012)]
        self.assertEqual([answer.status_code for answer in ported].count(200), 5)

    def test_hashes_the_password_once_for_members_and_for_nobody(self) -> None:
        """For an address of a member it was hashed twice, so the time said whose address is a member's."""
        for login in ("alice", "alice@example.org", "nobody", "nobody@example.org"):
            with self.subTest(login), mock.patch.object(MD5PasswordHasher, "encode", return_value="md5$a$b") as encode:
                self.sign_in(Client(), login)
            self.assertEqual(encode.call_count, 1)
        self.assertEqual(self.sign_in(Client(), "Alice@Example.org", PASSWORD).status_code, 302)

    def test_from_many_addresses_is_stopped_after_twenty(self) -> None:
        guesses = [self.tries(1, REMOTE_ADDR=f"198.51.100.{number}") for number in range(60)]
        self.assertEqual(sum(guesses), 20)
        self.later(3600)
        self.assertLessEqual(sum(self.tries(1, REMOTE_ADDR=f"203.0.113.{number}") for number in range(60)), 20)

    def test_refuses_the_right_password_too_and_says_when(self) -> None:
        self.tries(5)
        refused = self.sign_in(Client(), password=PASSWORD)
        self.assertContains(refused, "You can try again at", status_code=429)
        self.assertContains(refused, 'value="alice"', status_code=429)  # what was typed is kept
        self.later(180)
        self.assertEqual(self.sign_in(Client(), password=PASSWORD).status_code, 302)

    def test_locks_nobody_out_of_their_own_device(self) -> None:
        device = Client()
        self.assertEqual(self.sign_in(device, password=PASSWORD).status_code, 302)
        device.post(reverse("account_logout"))
        for number in range(60):
            self.tries(1, REMOTE_ADDR=f"198.51.100.{number}")
        self.assertEqual(self.tries(1), 0)
        self.assertEqual(self.sign_in(device, password=PASSWORD).status_code, 302)

    def test_on_a_remembered_device_is_stopped_after_five_as_well(self) -> None:
        device = Client()
        self.sign_in(device, password=PASSWORD)
        device.post(reverse("account_logout"))
        self.assertEqual([self.sign_in(device).status_code for _ in range(12)].count(200), 5)

    def test_one_persons_device_is_nobody_elses(self) -> None:
        device = Client()
        self.sign_in(device, password=PASSWORD)
        device.post(reverse("account_logout"))
        self.tries(5, "bob")
        self.assertEqual(self.sign_in(device, "bob").status_code, 429)

    def test_wrong_names_at_a_shared_address_lock_nobody(self) -> None:
        """Eleven typing errors in a club's Wi-Fi once locked everybody behind it."""
        for number in range(30):
            self.sign_in(Client(), f"nobody{number}")
        self.assertEqual(self.sign_in(Client(), password=PASSWORD).status_code, 302)

    def test_succeeding_between_guesses_gives_none_back(self) -> None:
        for _ in range(5):
            self.sign_in(Client(), "bob")
            self.sign_in(Client(), "alice", PASSWORD)
        self.assertEqual(self.tries(1, "bob"), 0)

    def test_with_a_session_is_stopped_too(self) -> None:
        """Whoever has the session asks for a new PIN, with guessed passwords."""
        thief = Client()
        thief.force_login(person("alice"))
        answers = [thief.post(reverse("new_pin"), {"password": "wrong"}) for _ in range(12)]
        self.assertEqual([answer.status_code for answer in answers].count(403), 5)
        self.assertContains(answers[-1], "You can try again at", status_code=429)


class SigningUp(MoneyTestCase):
    def test_too_often_keeps_the_form_and_says_when(self) -> None:
        form = {
            "username": "dora",
            "first_name": "Dora",
            "last_name": "D",
            "email": "dora@example.org",
            "currency": "GBP",
            "password1": PASSWORD,
            "password2": PASSWORD,
        }
        page = reverse("account_signup")
        for number in range(20):
            changed = form | {"username": f"member{number}x", "email": f"m{number}@example.org"}
            self.assertEqual(Client().post(page, changed).status_code, 200)
        refused = Client().post(page, form)
        self.assertContains(refused, "You can try again at", status_code=429)
        self.assertContains(refused, 'value="dora@example.org"', status_code=429)
        self.assertEqual(Client().post(page, form, REMOTE_ADDR="192.0.2.9").status_code, 200)

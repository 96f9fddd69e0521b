"""What else of an account can be guessed, or floods somebody's mailbox: it has limits on the one limiter."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal import auth as totp
from django.core import mail
from django.db import connection
from django.test import Client
from django.urls import reverse

from tests.base import Answer, MoneyTestCase
from tests.cast import PASSWORD, person

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def right_code() -> str:
    return str(totp.format_hotp_value(totp.hotp_value(SECRET, next(iter(totp.yield_hotp_counters_from_time())))))


def later(seconds: float) -> None:
    """Time passes for every limit."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE web_allowance SET full_again_at = full_again_at - %s * interval '1 second'", [seconds])


class ASecondFactor(MoneyTestCase):
    """Whoever has the password guesses the code."""

    def setUp(self) -> None:
        totp.TOTP.activate(person("alice"), SECRET)

    def at_the_code(self, **more: Any) -> Client:
        """A browser in which the password was right."""
        browser = Client()
        answer = browser.post(reverse("account_login"), {"login": "alice", "password": PASSWORD}, **more)
        self.assertRedirects(answer, reverse("mfa_authenticate"), fetch_redirect_response=False)
        return browser

    def code(self, browser: Client, code: str = "000000", **more: Any) -> Answer:
        return browser.post(reverse("mfa_authenticate"), {"code": code}, **more)

    def test_is_guessed_five_times_from_one_address(self) -> None:
        answers = [self.code(self.at_the_code()) for _ in range(8)]
        self.assertEqual([answer.status_code for answer in answers].count(200), 5)
        self.assertContains(answers[-1], "You can try again at", status_code=429)
        self.assertGreater(int(answers[-1].headers["Retry-After"]), 100)
        self.assertEqual(self.code(self.at_the_code(), right_code()).status_code, 429)
        later(181)
        self.assertEqual(self.code(self.at_the_code(), right_code()).status_code, 302)

    def test_is_guessed_twenty_times_from_many_addresses(self) -> None:
        places = [f"198.51.100.{number}" for number in range(25)]
        guesses = [self.code(self.at_the_code(REMOTE_ADDR=place), REMOTE_ADDR=place).status_code for place in places]
        self.assertEqual(guesses.count(200), 20)

    def test_of_the_owner_still_opens_on_their_own_device(self) -> None:
        device = self.at_the_code()
        self.assertEqual(self.code(device, right_code()).status_code, 302)
        device.post(reverse("account_logout"))
        for number in range(25):
            place = f"198.51.100.{number}"
            self.code(self.at_the_code(REMOTE_ADDR=place), REMOTE_ADDR=place)
        with connection.cursor() as cursor:  # the code was used a moment ago, and allauth takes each only once
            cursor.execute("DELETE FROM django_cache")
        device.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
        self.assertEqual(self.code(device, right_code()).status_code, 302)

    def test_is_limited_when_it_is_asked_for_again(self) -> None:
        thief = Client()
        thief.force_login(person("alice"))
        page = reverse("mfa_reauthenticate")
        statuses = [thief.post(page, {"code": "000000"}).status_code for _ in range(8)]
        self.assertEqual(statuses, [200] * 5 + [429] * 3)


class ASession(MoneyTestCase):
    """Whoever has the session guesses the password where it is asked for again. All pages count together."""

    def test_guesses_the_password_five_times_in_all(self) -> None:
        thief = Client()
        thief.force_login(person("alice"))
        change = {"oldpassword": "wrong", "password1": "a longer one", "password2": "a longer one"}
        answers = []
        for _ in range(3):
            answers.append(thief.post(reverse("account_reauthenticate"), {"password": "wrong"}))
            answers.append(thief.post(reverse("account_change_password"), change))
            answers.append(thief.post(reverse("new_pin"), {"password": "wrong"}))
        self.assertEqual([answer.status_code for answer in answers], [200, 200, 403, 200, 200, *[429] * 4])
        for answer in answers[5:]:
            self.assertContains(answer, "You can try again at", status_code=429)
            self.assertTrue(answer.headers["Retry-After"])

    def test_of_the_owner_changes_the_password_still(self) -> None:
        """On their own device, while strangers guess."""
        device = Client()
        device.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
        for number in range(30):
            guess = {"login": "alice", "password": "wrong"}
            Client().post(reverse("account_login"), guess, REMOTE_ADDR=f"198.51.100.{number}")
        change = {"oldpassword": PASSWORD, "password1": "a longer one", "password2": "a longer one"}
        self.assertEqual(device.post(reverse("account_change_password"), change).status_code, 302)


class AMailbox(MoneyTestCase):
    """Gets three letters that somebody else asked for, and then one in ten minutes."""

    def reset(self, address: str, **more: Any) -> Answer:
        return Client().post(reverse("account_reset_password"), {"email": address}, **more)

    def test_is_not_flooded_with_links_for_a_new_password(self) -> None:
        for address in ("alice@example.org", "nobody@example.org"):  # it tells nothing about who is a member
            with self.subTest(address):
                mail.outbox.clear()
                spelled = {f"198.51.100.{number}": address.title() if number % 2 else address for number in range(8)}
                answers = [self.reset(each, REMOTE_ADDR=place) for place, each in spelled.items()]
                self.assertEqual([answer.status_code for answer in answers], [302] * 3 + [429] * 5)
                self.assertEqual(len(mail.outbox), 3)
                self.assertContains(answers[-1], "You can try again at", status_code=429)
                self.assertContains(answers[-1], address.title(), status_code=429)  # the form as it was typed
        later(601)
        self.assertEqual(self.reset("alice@example.org").status_code, 302)

    def test_many_are_not_flooded_from_one_address(self) -> None:
        statuses = [self.reset(f"member{number}@example.org").status_code for number in range(25)]
        self.assertEqual(statuses.count(302), 20)
        self.assertEqual(self.reset("alice@example.org", REMOTE_ADDR="198.51.100.7").status_code, 302)

    def test_is_not_flooded_by_a_member_who_names_it_as_theirs(self) -> None:
        self.client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page, mine = reverse("account_email"), "victim@example.org"
        mail.outbox.clear()
        self.assertEqual(self.client.post(page, {"email": mine, "action_add": ""}).status_code, 302)
        again = [self.client.post(page, {"email": mine, "action_send": ""}) for _ in range(5)]
        self.assertEqual([answer.status_code for answer in again], [302, 302, 429, 429, 429])
        self.assertContains(again[-1], "You can try again at", status_code=429)
        self.assertEqual(len(mail.outbox), 3)
        others = [f"victim{number}@example.org" for number in range(5)]
        answers = [self.client.post(page, {"email": other, "action_add": ""}) for other in others]
        self.assertEqual([answer.status_code for answer in answers], [302, 302, 429, 429, 429])
        self.assertContains(answers[-1], 'value="victim4@example.org"', status_code=429)

    def test_is_not_flooded_by_signing_in_before_it_is_confirmed(self) -> None:
        with self.settings(ACCOUNT_EMAIL_VERIFICATION="mandatory"):
            EmailAddress.objects.filter(user=person("alice")).update(verified=False)
            signing_in = {"login": "alice", "password": PASSWORD}
            answers = [Client().post(reverse("account_login"), signing_in) for _ in range(6)]
        self.assertEqual(
            {answer.headers["Location"] for answer in answers}, {reverse("account_email_verification_sent")}
        )
        self.assertEqual(len(mail.outbox), 3)

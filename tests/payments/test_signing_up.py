"""Signing up: which usernames are refused, the opening grant, and form fields that are never read."""

from __future__ import annotations

import re
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth import get_user_model
from django.core import mail
from django.test import Client, override_settings
from django.urls import reverse

from accounts.pins.errors import PinWrong
from conversion.money import Money
from ledger.models import Wallet
from payments.registration import service as services
from tests.base import Answer, MoneyTestCase, found
from tests.cast import balance, person

User = get_user_model()
NOBODY = ["127.0.0.1:1"]  # no server listens on this port
ZOE = {
    "username": "Zoe.Zimmer",
    "first_name": "Zoë",
    "last_name": "Zimmer",
    "email": "Zoe@example.org",
    "currency": "EUR",
    "password1": "a long way to the sea",
    "password2": "a long way to the sea",
}


ALICE_AGAIN = {"username": "Yana", "email": "Alice@Example.ORG"}


class SigningUp(MoneyTestCase):
    def setUp(self) -> None:
        self.people = User.objects.count()

    def sign_up(self, **other: str) -> Answer:
        return self.client.post(reverse("account_signup"), ZOE | other)

    def assert_refused_saying(self, answer: Answer, text: str, status: int = 200) -> None:
        self.assertContains(answer, text, status_code=status)
        self.assertEqual(User.objects.count(), self.people)

    def test_makes_a_member_with_a_wallet_signs_in_and_shows_the_pin_once(self) -> None:
        answer = self.sign_up()
        self.assertContains(answer, "You are now logged in.")
        self.assertIn("no-store", answer.headers["Cache-Control"])

        zoe = person("Zoe.Zimmer")
        pin = found(r'id="pin">(\d{6})<', answer.content.decode())
        zoe.verify_pin(pin)
        self.assertNotIn(pin, str(dict(self.client.session)))
        self.assertNotContains(self.client.get(reverse("security")), pin)
        self.assertEqual((zoe.role, zoe.email), ("member", "zoe@example.org"))
        self.assertGreater(balance(zoe), Money.of("1000.00", "EUR"))

    def test_again_by_reload_registers_nobody(self) -> None:
        self.sign_up()
        self.assertRedirects(self.sign_up(), "/")
        self.assertEqual(User.objects.count(), self.people + 1)

    def test_asks_for_what_the_contract_says(self) -> None:
        page = self.client.get(reverse("account_signup")).content.decode()
        labels = [label.strip(" :") for label in re.findall(r"<label[^>]*>([^<]+)</label>", page)]
        contract = ["Username", "First name", "Last name", "Email", "Currency", "Password", "Password (again)"]
        self.assertEqual(labels, contract)

    def test_an_opening_amount_in_the_form_is_not_read(self) -> None:
        self.sign_up(
            currency="GBP", opening="999999", balance="999999", amount="5", role="administrator", is_staff="on"
        )
        zoe = person("Zoe.Zimmer")
        self.assertEqual(balance(zoe), Money.of("1000.00", "GBP"))
        self.assertEqual((zoe.role, zoe.is_staff, zoe.is_superuser), ("member", False, False))

    def test_refuses_a_name_that_is_taken_whatever_the_case(self) -> None:
        self.assert_refused_saying(self.sign_up(username="ALICE"), "already exists")

    def test_refuses_look_alikes(self) -> None:
        for name in ("a1ice", "aIice", "al.ice", "80b", "cas5", "ca-ss"):
            with self.subTest(name):
                answer = self.sign_up(username=name)
                self.assertEqual((answer.status_code, User.objects.count()), (200, self.people))

    def test_refuses_names_that_are_no_names(self) -> None:
        for name in (
            "",
            "al",
            "1234567",
            "зоя",
            "zоe",
            "zoe zimmer",
            "zoe@home",
            "z" * 31,
            "zoe\x00",
            "<b>zoe</b>",
            "ｚｏｅ",
        ):
            with self.subTest(name):
                answer = self.sign_up(username=name)
                self.assertEqual((answer.status_code, User.objects.count()), (200, self.people))

    def test_refuses_a_name_that_turns_the_text_around(self) -> None:
        self.assert_refused_saying(self.sign_up(first_name="Zoe\u202eeoZ"), "invisible characters")

    def test_a_name_that_is_markup_stays_text(self) -> None:
        self.sign_up(first_name="<script>alert(1)</script>")
        self.assertNotContains(self.client.get("/"), "<script>alert(1)")

    def test_refuses_an_address_that_is_taken_whatever_the_case(self) -> None:
        self.assert_refused_saying(self.sign_up(email="Alice@Example.ORG"), "e-mail address already exists")

    def test_refuses_a_currency_that_is_not_listed(self) -> None:
        for code in ("XXX", "", "gbp"):
            with self.subTest(code):
                self.assertEqual(self.sign_up(currency=code).status_code, 200)
                self.assertEqual(User.objects.count(), self.people)

    def test_refuses_weak_and_different_passwords(self) -> None:
        self.assert_refused_saying(self.sign_up(password2="something else"), "not the same")
        self.assert_refused_saying(self.sign_up(password1="12345678", password2="12345678"), "too common")
        self.assert_refused_saying(self.sign_up(password1="zoe.zimmer", password2="zoe.zimmer"), "too similar")

    def test_keeps_what_was_typed_when_it_refuses(self) -> None:
        self.assertContains(self.sign_up(currency="JPY", password2="other"), 'value="JPY" selected')

    def test_with_the_clock_down_nothing_is_created_and_the_form_kept(self) -> None:
        with override_settings(TIMESTAMP_SERVERS=NOBODY):
            answer = self.sign_up()
        self.assert_refused_saying(answer, "timestamp service is not answering", status=503)
        self.assertContains(answer, "Zoe.Zimmer", status_code=503)

    def test_with_conversion_down_nothing_is_created(self) -> None:
        with override_settings(CONVERSION_URL="http://127.0.0.1:1"):
            answer = self.sign_up()
        self.assert_refused_saying(answer, "Nothing was booked", status=503)

    def test_beside_another_who_takes_the_name_first(self) -> None:
        fields: dict[str, Any] = {name: ZOE[name] for name in ("first_name", "last_name", "currency")}
        fields["password"] = "x"
        for username, email, taken in (("ALICE", "a@example.org", "username"), ("zoe", "ALICE@example.org", "email")):
            with self.subTest(taken), self.assertRaises(services.NameTaken) as caught:
                services.register(username=username, email=email, **fields)
            self.assertEqual(caught.exception.field, taken)
        self.assertEqual(User.objects.count(), self.people)

    def test_where_addresses_are_confirmed_the_pin_is_shown_and_the_letter_sent(self) -> None:
        with override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory"):
            answer = self.sign_up()
            self.assertRegex(answer.content.decode(), r'id="pin">\d{6}<')
            self.assertRedirects(
                self.client.get(reverse("security")), f"{reverse('account_login')}?next=/accounts/security/"
            )

            self.assertEqual(mail.outbox[0].to, ["zoe@example.org"])
            link = found(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(mail.outbox[0].body))
            self.client.post(link)
        self.assertTrue(EmailAddress.objects.get(user=person("Zoe.Zimmer")).verified)

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_where_addresses_are_confirmed_a_taken_one_looks_like_a_new_one(self) -> None:
        new, taken = self.sign_up(), Client().post(reverse("account_signup"), ZOE | ALICE_AGAIN)
        self.assertEqual(seen(taken), seen(new))
        self.assertEqual(taken.headers.keys(), new.headers.keys())
        self.assertEqual(taken.cookies.keys(), new.cookies.keys())
        self.assertIn("/accounts/confirm-email/", seen(taken))
        self.assertEqual(User.objects.count(), self.people + 2)
        self.assertEqual((person("Yana").email, person("alice").email), ("", "alice@example.org"))

        letter = mail.outbox[1]
        self.assertEqual((len(mail.outbox), letter.to), (2, ["alice@example.org"]))
        self.assertIn("Somebody typed your address", str(letter.body))
        self.assertNotIn("confirm-email", str(letter.body))
        self.assertIn(reverse("account_reset_password"), str(letter.body))

    def test_an_address_that_a_member_wants_and_never_confirmed_is_free(self) -> None:
        EmailAddress.objects.create(user=person("bob"), email="zoe@example.org", primary=False, verified=False)
        self.sign_up()
        self.assertEqual(person("Zoe.Zimmer").email, "zoe@example.org")

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_where_addresses_are_confirmed_all_that_follows_is_the_same_too(self) -> None:
        """The next page, signing in with the new name and password, that name again, and that address again."""
        seen_by = []
        for typed in (ZOE, ZOE | ALICE_AGAIN):
            visitor = Client()
            visitor.post(reverse("account_signup"), typed)
            answers = [visitor.get(reverse("account_email_verification_sent"))]
            visitor = Client()
            for login in (typed["username"], typed["email"]):
                sign_in = {"login": login, "password": ZOE["password1"]}
                answers.append(visitor.post(reverse("account_login"), sign_in, follow=True))
            answers.append(Client().post(reverse("account_signup"), typed))
            answers.append(Client().post(reverse("account_signup"), typed | {"username": f"{typed['username']}Two"}))
            seen_by.append([seen(answer) for answer in answers])
        self.assertEqual(*seen_by)
        for page, text in zip(
            seen_by[0], ("no confirmed", "no confirmed", "not correct", "already exists", "PIN"), strict=True
        ):
            self.assertIn(text, page)

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_where_addresses_are_confirmed_a_taken_username_is_still_said_to_be_taken(self) -> None:
        for email in ("alice@example.org", "new@example.org"):
            with self.subTest(email):
                self.assert_refused_saying(self.sign_up(username="bob", email=email), "username already exists")
        self.assertEqual(mail.outbox, [])

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory", TIMESTAMP_SERVERS=NOBODY)
    def test_where_addresses_are_confirmed_a_taken_one_waits_for_the_same_services(self) -> None:
        for email in ("alice@example.org", "new@example.org"):
            with self.subTest(email):
                self.assert_refused_saying(self.sign_up(email=email), "service is not answering", status=503)


def seen(answer: Answer) -> str:
    """What a visitor can tell apart: the page, without the random PIN, the form's secret and what they typed."""
    text = re.sub(r'(id="pin">)\d{6}', r"\1", answer.content.decode())
    text = re.sub(r"csrfmiddlewaretoken.*?>", "", text)
    return f"{answer.status_code} {re.sub('(zoe.zimmer|yana)(two)?|(zoe|alice)@example.org', '', text, flags=re.I)}"


class CutShort(MoneyTestCase):
    def test_a_registration_without_a_wallet_is_finished_by_the_worker(self) -> None:
        late = User(username="late", first_name="L", last_name="Ate", email="late@example.org", currency="USD")
        late.date_joined -= services.GRACE * 2
        late.save()
        self.assertEqual(services.open_missing_wallets(), 1)
        self.assertEqual(services.open_missing_wallets(), 0)
        self.assertEqual(Wallet.objects.get(owner=late).currency_code, "USD")

    def test_one_that_is_under_way_is_left_alone(self) -> None:
        User(username="soon", first_name="S", last_name="Oon", email="soon@example.org", currency="USD").save()
        self.assertEqual(services.open_missing_wallets(), 0)


class Administrators(MoneyTestCase):
    def test_are_registered_by_administrators_without_seeing_their_pin(self) -> None:
        self.client.force_login(person("admin"))
        answer = self.client.post(reverse("staff:administrators"), ZOE, follow=True)
        self.assertContains(answer, "New administrator created successfully!")
        zoe = person("Zoe.Zimmer")
        self.assertEqual((zoe.role, zoe.is_staff, zoe.is_superuser), ("administrator", True, True))
        with self.assertRaises(PinWrong):
            zoe.verify_pin("000000")

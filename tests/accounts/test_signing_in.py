"""Signing in and out, a user's own account pages, and what each role may be."""

from __future__ import annotations

from django.contrib.auth import get_user_model
from django.core import mail
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from payments.registration.service import register
from tests.base import Answer, MoneyTestCase, found
from tests.cast import PASSWORD, person

User = get_user_model()
OWN_PAGES = (
    "security",
    "profile",
    "new_pin",
    "change_pin",
    "account_email",
    "account_change_password",
    "mfa_index",
    "usersessions_list",
)


class SigningIn(MoneyTestCase):
    def sign_in(self, login: str = "alice", password: str = PASSWORD, **more: str) -> Answer:
        typed = {"login": login, "password": password} | more
        return self.client.post(reverse("account_login"), typed, follow=True)

    def test_by_username_or_address_whatever_the_case(self) -> None:
        for login in ("alice", "ALICE", "alice@example.org", "Alice@Example.org"):
            with self.subTest(login):
                self.assertContains(self.sign_in(login), "You are now logged in.")
                self.client.logout()

    def test_out_by_post_only(self) -> None:
        self.sign_in()
        self.client.get(reverse("account_logout"))
        self.assertIn("_auth_user_id", self.client.session)
        self.assertContains(self.client.post(reverse("account_logout"), follow=True), "You are now logged out.")
        self.assertNotIn("_auth_user_id", self.client.session)

    def test_says_no_more_than_that_it_was_wrong(self) -> None:
        for login, password in (("alice", "wrong"), ("nobody", PASSWORD)):
            with self.subTest(login):
                self.assertContains(self.sign_in(login, password), "are not correct")

    def test_leads_to_where_one_wanted_to_go_but_never_off_the_site(self) -> None:
        self.assertRedirects(self.sign_in(next="/accounts/profile/"), "/accounts/profile/")
        self.client.logout()
        self.assertRedirects(self.sign_in(next="https://evil.example/"), "/")

    def test_not_for_who_is_inactive(self) -> None:
        User.objects.filter(username="alice").update(is_active=False)
        self.assertNotContains(self.sign_in(), "You are now logged in.")

    def test_to_djangos_admin_uses_the_same_sign_in_page(self) -> None:
        answer = self.client.get(reverse("admin:login"), {"next": "/admin/"})
        self.assertRedirects(answer, f"{reverse('account_login')}?next=/admin/", fetch_redirect_response=False)
        self.sign_in("alice")
        self.assertEqual(self.client.get(reverse("admin:login")).status_code, 403)

    def test_to_djangos_admin_is_never_by_its_own_form(self) -> None:
        """It has neither limits nor a second factor. An administrator could guess a colleague's password there."""
        colleague, _ = register(
            username="adele",
            first_name="Adele",
            last_name="Adams",
            email="adele@example.org",
            password=PASSWORD,
            currency="GBP",
            role="administrator",
            is_confirmed=True,
        )
        self.sign_in("admin")
        before = self.client.session["_auth_user_id"]
        for method in (self.client.post, self.client.head, self.client.get):
            answer = method(reverse("admin:login"), {"username": "adele", "password": PASSWORD})
            self.assertRedirects(answer, reverse("admin:index"), fetch_redirect_response=False)
            self.assertEqual(self.client.session["_auth_user_id"], before)
        colleague.refresh_from_db()
        self.assertIsNone(colleague.last_login)

    def test_again_with_a_new_password_by_letter(self) -> None:
        self.client.post(reverse("account_reset_password"), {"email": "alice@example.org"})
        link = found(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[0].body))
        form = self.client.get(link, follow=True)
        words = {"password1": "another long way", "password2": "another long way"}
        self.client.post(form.redirect_chain[-1][0], words)
        self.assertContains(self.sign_in(password="another long way"), "You are now logged in.")

    def test_a_letter_for_an_unknown_address_looks_the_same(self) -> None:
        known = self.client.post(reverse("account_reset_password"), {"email": "alice@example.org"})
        unknown = self.client.post(reverse("account_reset_password"), {"email": "nobody@example.org"})
        self.assertEqual((known.status_code, known["Location"]), (unknown.status_code, unknown["Location"]))


class OwnPages(MoneyTestCase):
    def test_show_themselves(self) -> None:
        self.client.force_login(person("alice"))
        for name in OWN_PAGES:
            with self.subTest(name):
                answer = self.client.get(reverse(name))
                self.assertContains(answer, "skip-link")  # the page uses our own base template, not allauth's
                self.assertNotContains(answer, "style=")

    def test_send_strangers_to_sign_in_and_back(self) -> None:
        for name in OWN_PAGES:
            with self.subTest(name):
                way = f"{reverse('account_login')}?next={reverse(name)}"
                self.assertRedirects(self.client.get(reverse(name)), way, fetch_redirect_response=False)

    def test_for_strangers_are_in_our_own_frame(self) -> None:
        for name in (
            "account_login",
            "account_signup",
            "account_reset_password",
            "account_reset_password_done",
            "account_email_verification_sent",
            "account_inactive",
        ):
            with self.subTest(name):
                self.assertContains(self.client.get(reverse(name)), "skip-link")

    def test_names_can_be_changed_and_nothing_else(self) -> None:
        self.client.force_login(person("alice"))
        typed = {"first_name": "Alicia", "last_name": "Archer", "role": "administrator", "currency": "KWD"}
        self.assertRedirects(self.client.post(reverse("profile"), typed), reverse("profile"))
        alice = person("alice")
        self.assertEqual((alice.first_name, alice.role, alice.currency), ("Alicia", "member", "GBP"))

    def test_a_second_factor_is_asked_for_once_it_is_set_up(self) -> None:
        from allauth.mfa.totp.internal import auth as totp

        alice = person("alice")
        secret = totp.generate_totp_secret()
        totp.TOTP.activate(alice, secret)
        answer = self.client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})
        self.assertRedirects(answer, reverse("mfa_authenticate"))
        code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
        self.assertRedirects(self.client.post(reverse("mfa_authenticate"), {"code": code}), "/")
        self.assertContains(self.client.get(reverse("security")), "authenticator app")


class Roles(MoneyTestCase):
    def test_only_administrators_are_staff_and_superusers(self) -> None:
        for username in ("alice", "cass", "tess", "audrey", "admin"):
            user = person(username)
            with self.subTest(username):
                self.assertEqual({user.is_staff, user.is_superuser}, {user.role == "administrator"})

    def test_the_database_refuses_a_superuser_who_is_no_administrator(self) -> None:
        for change in ({"is_superuser": True}, {"is_staff": True}, {"role": "administrator"}):
            with self.subTest(change), self.assertRaises(IntegrityError), transaction.atomic():
                User.objects.filter(username="alice").update(**change)

    def test_createsuperuser_makes_an_administrator(self) -> None:
        chief = User.objects.create_superuser("chief", "chief@example.org", PASSWORD, currency="GBP")
        self.assertEqual((chief.role, chief.is_superuser), ("administrator", True))

    def test_the_database_refuses_a_look_alike_and_another_script(self) -> None:
        for username in ("A1ice", "зоя"):
            with self.subTest(username), self.assertRaises(IntegrityError), transaction.atomic():
                User(username=username, email="x@example.org", currency="GBP").save()

    def test_a_form_refuses_a_look_alike_before_the_database_does(self) -> None:
        with self.assertRaises(ValidationError) as caught:
            User(username="a1ice", first_name="A", last_name="L", email="x@example.org", currency="GBP").full_clean(
                exclude=["password"]
            )
        self.assertIn("username", caught.exception.message_dict)

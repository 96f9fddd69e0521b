"""What is done in a person's name is told to them: by a notification, and by a letter where an address is confirmed."""

from __future__ import annotations

from collections.abc import Callable

from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    TOTP,
    format_hotp_value,
    generate_totp_secret,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.people.adapter import ALERTS
from accounts.pins.pin import MOST_TRIES
from conversion.errors import PaymentError
from events.kinds import SECURITY, known_kinds
from events.models import Notification
from tests.base import MoneyTestCase
from tests.cast import PASSWORD, PIN, person


class Alerts(MoneyTestCase):
    def setUp(self) -> None:
        self.alice = person("alice")
        self.sign_in()
        mail.outbox.clear()

    def sign_in(self, client: Client | None = None) -> None:
        (client or self.client).post(reverse("account_login"), {"login": "alice", "password": PASSWORD})

    def told(self) -> list[str]:
        """The kinds of the notifications, which are deleted."""
        notices = Notification.objects.filter(user=self.alice)
        kinds = list(notices.order_by("pk").values_list("kind", flat=True))
        notices.delete()
        return kinds

    def post(self, page: str, **typed: str) -> None:
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        self.client.post(reverse(page), typed)


class AChange(Alerts):
    def changes(self) -> list[tuple[str, Callable[[], None]]]:
        new = {"password1": "a longer one", "password2": "a longer one"}
        return [
            ("pin_changed", lambda: self.post("change_pin", pin=PIN, new_pin="508213", new_pin_again="508213")),
            ("pin_changed", lambda: self.post("new_pin", password=PASSWORD)),
            ("app_added", self.add_app),
            ("app_removed", lambda: self.post("mfa_deactivate_totp")),
            ("token_made", self.make_token),
            ("password_changed", lambda: self.post("account_change_password", oldpassword=PASSWORD, **new)),
        ]

    def add_app(self) -> None:
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        page = self.client.get(reverse("mfa_activate_totp"))
        secret = page.context["form"].secret
        code = hotp_value(secret, next(iter(yield_hotp_counters_from_time())))
        self.client.post(reverse("mfa_activate_totp"), {"code": format_hotp_value(code)})

    def make_token(self) -> None:
        self.alice.set_pin(PIN)
        self.post("new_token", name="Shop", scopes="wallet:read", days="30", pin=PIN)

    def test_is_told_by_a_notification_and_a_letter(self) -> None:
        for kind, change in self.changes():
            with self.subTest(kind):
                change()
                self.assertEqual(self.told(), [kind])
                [letter] = mail.outbox
                self.assertEqual((letter.to, letter.subject), ([self.alice.email], str(known_kinds[kind].label)))
                self.assertIn("127.0.0.1", str(letter.body))
                mail.outbox.clear()

    def test_is_told_by_a_notification_to_who_has_no_address(self) -> None:
        User.objects.filter(pk=self.alice.pk).update(email="")
        for kind, change in self.changes():
            with self.subTest(kind):
                change()
                self.assertEqual((self.told(), mail.outbox), ([kind], []))

    def test_is_about_security_whatever_it_is(self) -> None:
        for kind in ALERTS.values():
            self.assertEqual(kind.mail, SECURITY)


class APin(Alerts):
    def test_that_is_locked_is_told_once(self) -> None:
        for _ in range(MOST_TRIES + 2):
            with self.assertRaises(PaymentError):
                self.alice.verify_pin("000000")
        self.assertEqual(self.told(), ["pin_locked"])


class ASignIn(Alerts):
    def test_from_a_known_browser_is_not_told(self) -> None:
        self.client.post(reverse("account_logout"))
        self.sign_in()
        self.assertEqual((self.told(), mail.outbox), ([], []))

    def test_from_another_browser_is_told_once(self) -> None:
        other = Client(headers={"User-Agent": "Lynx"})
        self.sign_in(other)
        self.assertEqual(self.told(), ["new_sign_in"])
        self.assertIn("Lynx", str(mail.outbox[0].body))
        other.post(reverse("account_logout"))
        self.sign_in(other)
        self.assertEqual(self.told(), [])

    def test_with_a_second_factor_is_told_when_it_is_proven(self) -> None:
        secret = generate_totp_secret()
        TOTP.activate(self.alice, secret)
        other = Client()
        self.sign_in(other)
        self.assertEqual(self.told(), [])
        code = hotp_value(secret, next(iter(yield_hotp_counters_from_time())))
        other.post(reverse("mfa_authenticate"), {"code": format_hotp_value(code)})
        self.assertEqual(self.told(), ["new_sign_in"])
        self.assertTrue(Authenticator.objects.filter(user=self.alice).exists())

    def test_that_is_the_first_of_all_is_not_told(self) -> None:
        Client().post(reverse("account_login"), {"login": "bob", "password": PASSWORD})
        self.assertFalse(Notification.objects.filter(user=person("bob")).exists())

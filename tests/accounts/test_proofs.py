"""A proof is never changed by a weaker one: what a stolen session, or a stolen mailbox, cannot do."""

from __future__ import annotations

import datetime as dt

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from payments.errors import NoSuchUser
from payments.owners import wallet_by_handle, wallet_of
from tests.base import Answer, MoneyTestCase, found
from tests.cast import PASSWORD, PIN, person

NEW = "thief@example.org"


class AStolenSession(MoneyTestCase):
    def setUp(self) -> None:
        self.client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})

    def ask_for(self, page: str, **typed: str) -> Answer:
        return self.client.post(reverse(page), typed)

    def test_changes_no_address(self) -> None:
        answer = self.ask_for("account_email", email=NEW, action_add="")
        self.assertIn(reverse("account_reauthenticate"), answer.headers["Location"])
        self.assertFalse(EmailAddress.objects.filter(email=NEW).exists())

    def test_opens_no_second_factor(self) -> None:
        answer = self.client.get(reverse("mfa_activate_totp"))
        self.assertIn(reverse("account_reauthenticate"), answer.headers["Location"])

    def test_makes_neither_pin_nor_token_nor_password(self) -> None:
        self.ask_for("new_pin", password="guess")
        self.ask_for("change_pin", pin="135790", new_pin="508213", new_pin_again="508213")
        self.ask_for("new_token", name="x", scopes="wallet:read", days="30", pin="135790")
        self.ask_for("account_change_password", oldpassword="guess", password1="a longer one", password2="a longer one")
        alice = person("alice")
        self.assertTrue(alice.check_password(PASSWORD))
        alice.verify_pin(PIN)
        self.assertFalse(alice.api_tokens.exists())


class TheOwner(MoneyTestCase):
    """Hears of every change, at the address that was known before it."""

    def setUp(self) -> None:
        self.alice = person("alice")
        self.client.post(reverse("account_login"), {"login": "alice", "password": PASSWORD})

    def letters(self) -> list[tuple[str, list[str]]]:
        return [(str(letter.subject), letter.to) for letter in mail.outbox]

    def test_hears_of_a_new_address_at_the_old_one(self) -> None:
        old = self.alice.email
        self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
        self.client.post(reverse("account_email"), {"email": NEW, "action_add": ""})
        link = found(r"(/accounts/confirm-email/\S+)", str(mail.outbox[-1].body))
        mail.outbox.clear()
        self.client.post(link)
        self.assertEqual(person("alice").email, NEW)
        self.assertIn([old], [to for _subject, to in self.letters()])

    def test_types_a_new_address_once_also_if_the_password_is_asked_and_wrong_at_first(self) -> None:
        answer = self.client.post(reverse("account_email"), {"email": NEW, "action_add": ""})
        page = self.client.get(answer.headers["Location"])
        back = {"next": found(r'name="next" value="([^"]+)"', page.content.decode())}
        page = self.client.post(reverse("account_reauthenticate"), {"password": "wrong"} | back)
        back = {"next": found(r'name="next" value="([^"]+)"', page.content.decode())}
        self.assertEqual(mail.outbox, [])
        answer = self.client.post(reverse("account_reauthenticate"), {"password": PASSWORD} | back, follow=True)
        self.assertContains(answer, NEW)
        self.assertEqual([letter.to for letter in mail.outbox], [[NEW]])

    def test_hears_of_a_new_password_pin_and_token(self) -> None:
        password = {"oldpassword": PASSWORD, "password1": "a longer one", "password2": "a longer one"}
        for page, typed, word in (
            ("new_pin", {"password": PASSWORD}, "PIN"),
            ("account_change_password", password, "password"),
        ):
            with self.subTest(page):
                mail.outbox.clear()
                answer = self.client.post(reverse(page), typed)
                [(subject, to)] = self.letters()
                self.assertIn(word, subject)
                self.assertEqual(to, [self.alice.email])
                if page == "new_pin":
                    pin = answer.context["pin"]
                    self.assertNotIn(pin, str(mail.outbox[0].body))
        mail.outbox.clear()
        token = {"name": "Shop", "scopes": ["wallet:read"], "days": "30", "pin": pin}
        self.client.post(reverse("new_token"), token)
        self.assertIn("Shop", str(mail.outbox[0].body))


class AStolenMailbox(MoneyTestCase):
    """Whoever reads the letters gets a new password, and with it no PIN for a day."""

    def setUp(self) -> None:
        self.client.post(reverse("account_reset_password"), {"email": person("alice").email})
        path = found(r"https?://[^/]+(/accounts/password/reset/key/\S+)", str(mail.outbox[-1].body))
        form = self.client.get(path, follow=True).redirect_chain[-1][0]
        self.client.post(form, {"password1": "a longer password", "password2": "a longer password"})
        self.client.post(reverse("account_login"), {"login": "alice", "password": "a longer password"})

    def ask(self) -> Answer:
        return self.client.post(reverse("new_pin"), {"password": "a longer password"})

    def test_gets_no_pin_at_once_and_hears_when(self) -> None:
        self.assertContains(self.ask(), "a new PIN can be made from", status_code=403)
        person("alice").verify_pin(PIN)

    def test_opens_the_way_after_a_day(self) -> None:
        User.objects.update(password_reset_at=timezone.now() - dt.timedelta(hours=25))
        self.assertEqual(self.ask().status_code, 200)

    def prove_factor(self, *, age: dt.timedelta) -> None:
        """The session has proven a second factor that was set up so long ago."""
        factor = TOTP.activate(person("alice"), generate_totp_secret()).instance
        Authenticator.objects.filter(pk=factor.pk).update(created_at=timezone.now() - age)
        session = self.client.session
        session["account_authentication_methods"] += [{"method": "mfa", "at": 0}]
        session.save()

    def test_with_the_second_factor_there_is_no_pause(self) -> None:
        self.prove_factor(age=dt.timedelta(hours=1))
        self.assertEqual(self.ask().status_code, 200)

    def test_with_a_factor_that_the_new_password_set_up_there_is(self) -> None:
        self.prove_factor(age=dt.timedelta(0))
        self.assertEqual(self.ask().status_code, 403)


class AnAddress(MoneyTestCase):
    def test_finds_a_person_only_once_it_is_confirmed(self) -> None:
        """Somebody signs up with another's address: what is sent there must not land in his wallet."""
        bob = person("bob")
        self.assertEqual(wallet_by_handle("Bob@Example.org", asker=None), wallet_of(bob))
        EmailAddress.objects.filter(user=bob).update(verified=False)
        with self.assertRaises(NoSuchUser):
            wallet_by_handle("bob@example.org", asker=None)
        self.assertEqual(wallet_by_handle("bob", asker=None), wallet_of(bob))

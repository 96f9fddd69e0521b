"""E-mail addresses: one that nobody confirmed blocks nobody, and finds nobody; the first who confirms it has it."""

from __future__ import annotations

from allauth.account.models import EmailAddress
from django.core import mail
from django.db import IntegrityError, connection, transaction
from django.test import Client, override_settings
from django.urls import reverse

from accounts.people.addresses import owner_of
from payments.errors import NoSuchUser
from payments.owners import wallet_by_handle
from tests.base import Answer, MoneyTestCase, found
from tests.cast import PASSWORD, person
from tests.payments.test_signing_up import ZOE

HERS = "zoe@example.org"
SENT = reverse("account_email_verification_sent")


def signed_up(username: str, email: str = HERS) -> Client:
    browser = Client()
    browser.post(reverse("account_signup"), ZOE | {"username": username, "email": email})
    return browser


def sign_in(login: str, password: str = ZOE["password1"]) -> tuple[Client, Answer]:
    browser = Client()
    return browser, browser.post(reverse("account_login"), {"login": login, "password": password}, follow=True)


def link(letter: int = -1) -> str:
    return found(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(mail.outbox[letter].body))


def letters_may_follow() -> None:
    """Empties the cache, in which allauth counts one letter to an address in three minutes."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_cache")


@override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
class AnUnconfirmedAddress(MoneyTestCase):
    def setUp(self) -> None:
        signed_up("squatter")
        letters_may_follow()
        signed_up("Zoe.Zimmer")

    def test_does_not_keep_its_owner_from_signing_up_and_in(self) -> None:
        self.client.post(link())
        self.assertEqual((person("Zoe.Zimmer").email, person("squatter").email), (HERS, ""))
        for login in ("Zoe.Zimmer", HERS, HERS.upper()):
            with self.subTest(login):
                self.assertContains(sign_in(login)[1], "You are now logged in.")

    def test_finds_nobody(self) -> None:
        with self.assertRaises(NoSuchUser):
            wallet_by_handle(HERS, asker=None)
        self.assertIsNone(owner_of(HERS))
        self.assertContains(sign_in(HERS)[1], "works here once it is confirmed")
        mail.outbox.clear()
        self.client.post(reverse("account_reset_password"), {"email": HERS})
        self.assertNotIn("/password/reset/key/", str(mail.outbox[0].body))

    def test_finds_its_owner_alone_once_it_is_confirmed(self) -> None:
        self.client.post(link())
        mail.outbox.clear()
        self.client.post(reverse("account_reset_password"), {"email": HERS.upper()})
        [letter] = mail.outbox
        self.assertEqual(letter.to, [HERS])
        self.assertIn("Zoe.Zimmer", str(letter.body))
        owner = wallet_by_handle(HERS, asker=None).owner
        self.assertEqual(owner and owner.username, "Zoe.Zimmer")

    def test_is_never_confirmed_after_its_owner_did_so(self) -> None:
        squatters = link(0)
        self.client.post(link())
        self.assertNotIn("squatter", str(self.client.post(squatters).content))
        self.assertEqual(owner_of(HERS), person("Zoe.Zimmer"))

    def test_leaves_an_account_that_can_take_another_address(self) -> None:
        self.client.post(link())
        letters_may_follow()
        mail.outbox.clear()
        browser, page = sign_in("squatter")
        self.assertContains(page, "the first that confirms it")
        self.assertIn("Somebody typed your address", str(mail.outbox[0].body))  # its owner is told instead
        self.assertRedirects(browser.post(SENT, {"email": "Other@example.org"}), SENT)
        self.assertContains(browser.get(SENT), "other@example.org")
        browser.post(link())
        self.assertEqual(person("squatter").email, "other@example.org")
        self.assertContains(sign_in("squatter")[1], "You are now logged in.")

    def test_is_replaced_by_nobody_who_did_not_give_the_password(self) -> None:
        self.assertNotContains(self.client.get(SENT), HERS)
        self.client.post(SENT, {"email": "thief@example.org"})
        sign_in("squatter", "wrong")[0].post(SENT, {"email": "thief@example.org"})
        self.assertFalse(EmailAddress.objects.filter(email="thief@example.org").exists())

    def test_is_not_replaced_after_it_was_confirmed_on_another_device(self) -> None:
        browser, _ = sign_in("Zoe.Zimmer")
        self.client.post(link())
        self.assertRedirects(browser.post(SENT, {"email": "thief@example.org"}), reverse("account_login"))
        self.assertEqual(person("Zoe.Zimmer").email, HERS)

    def test_is_replaced_five_times_at_most(self) -> None:
        browser, _ = sign_in("squatter")
        answers = [browser.post(SENT, {"email": f"{number}@example.org"}).status_code for number in range(6)]
        self.assertEqual(answers, [302] * 5 + [429])


class TheDatabase(MoneyTestCase):
    def test_keeps_the_confirmed_address_beside_the_person_whoever_writes(self) -> None:
        alices = EmailAddress.objects.filter(user=person("alice"))
        for change, email in (
            (lambda: alices.update(verified=False), ""),
            (lambda: alices.update(verified=True), "alice@example.org"),
            (lambda: alices.update(email="new@example.org"), "new@example.org"),
            (lambda: alices.delete(), ""),
        ):
            change()
            self.assertEqual(person("alice").email, email)

    def test_gives_no_address_to_two_whatever_the_case(self) -> None:
        for email in ("alice@example.org", "Alice@example.org"):
            with self.subTest(email), self.assertRaises(IntegrityError), transaction.atomic():
                EmailAddress.objects.filter(user=person("bob")).update(email=email)
        self.assertEqual(person("bob").email, "bob@example.org")


class WhereNobodyConfirms(MoneyTestCase):
    """As in a demo: an address counts at once, and is said to be taken."""

    def test_a_new_address_counts(self) -> None:
        signed_up("Zoe.Zimmer")
        self.assertEqual(owner_of(HERS), person("Zoe.Zimmer"))
        self.assertContains(sign_in(HERS)[1], "You are now logged in.")


class WithoutAnAddress(MoneyTestCase):
    """A person without one: a child, or a guest."""

    def setUp(self) -> None:
        EmailAddress.objects.filter(user=person("alice")).delete()

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_signs_in_and_changes_what_is_theirs_without_a_letter(self) -> None:
        browser, page = sign_in("alice", PASSWORD)
        self.assertContains(page, "You are now logged in.")
        self.assertContains(browser.get(reverse("security")), "Add an address")
        self.assertEqual(browser.post(reverse("new_pin"), {"password": PASSWORD}).status_code, 200)
        words = {"oldpassword": PASSWORD, "password1": "another long way", "password2": "another long way"}
        self.assertEqual(browser.post(reverse("account_change_password"), words).status_code, 302)
        self.assertEqual(mail.outbox, [])

    def test_is_shown_to_staff_and_found_by_name(self) -> None:
        self.client.force_login(person("admin"))
        for page in (reverse("staff:accounts"), "/admin/accounts/user/"):
            self.assertContains(self.client.get(page, {"q": "archer"}), "alice")

    def test_is_not_found_by_an_empty_address(self) -> None:
        EmailAddress.objects.filter(user=person("bob")).delete()
        self.assertIsNone(owner_of(""))
        with self.assertRaises(NoSuchUser):
            wallet_by_handle("@", asker=None)

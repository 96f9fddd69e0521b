"""People without an e-mail address: staff make the account and print a card, and the person takes it over with it."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import partial
from typing import Any
from unittest import mock
from uuid import uuid4

from allauth.account.models import EmailAddress
from django.core import mail
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client, override_settings
from django.urls import reverse

from accounts.claims import service as claims
from accounts.claims.errors import AlreadyClaimed, CardRefused
from accounts.claims.queries import open_claims
from accounts.models import Claim, User
from accounts.people.errors import AccountFrozen, OwnAccount, RoleMissing
from accounts.people.queries import free_username
from accounts.people.usernames import proposed
from accounts.pins.errors import PinLocked, PinWrong
from conversion.money import Money
from payments.registration.errors import CardMade
from payments.registration.service import register_with_card
from tests.base import Answer, MoneyTestCase, found
from tests.cast import PASSWORD, balance, person, sent
from tests.concurrency.crowd import at_once

from .test_administrators import told

MINA = {"first_name": "Mina", "last_name": "Müller", "currency": "GBP"}
PAGE, STAFFS = reverse("claim"), reverse("staff:guests")
NEW = "the long way home"


def card(username: str = "mina") -> claims.Card:
    return register_with_card(by=person("admin"), key=uuid4(), username=username, **MINA)


def anew(by: str = "admin") -> claims.Card:
    claim = Claim.objects.get()
    return claims.print_anew(claim.reference, by=person(by), replaces=claim.printed_at)


def typed(of: claims.Card, **other: str) -> dict[str, str]:
    words = {"password1": NEW, "password2": NEW}
    return {"username": of.user.username, "code": of.code, "pin": of.pin} | words | other


def claimed(of: claims.Card, browser: Client | None = None, **other: str) -> Answer:
    return (browser or Client()).post(PAGE, typed(of, **other), follow=True)


class TheStaffPage(MoneyTestCase):
    def setUp(self) -> None:
        self.client.force_login(person("admin"))

    def make(self, **other: Any) -> Answer:
        return self.client.post(STAFFS, MINA | {"key": str(uuid4())} | other)

    def test_makes_an_account_with_a_wallet_and_shows_its_card_once(self) -> None:
        answer = self.make()
        self.assertIn("no-store", answer.headers["Cache-Control"])
        mina = person("mina.muller")
        pin = found(r'id="pin">(\d{6})<', answer.content.decode())
        code = found(r'id="code">([0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4})<', answer.content.decode())
        mina.verify_pin(pin)
        self.assertFalse(mina.has_usable_password())
        self.assertEqual((mina.email, mina.role, balance(mina)), ("", "member", Money.of("1000.00", "GBP")))
        self.assertEqual(told("mina.muller"), [("card_made", "admin")])
        for page in (STAFFS, f"/admin/accounts/user/{mina.pk}/change/"):
            shown = self.client.get(page).content.decode()
            self.assertIn("mina.muller", shown)
            self.assertNotIn(pin, re.sub(r"\w{20,}", "", shown))  # without random keys
            self.assertNotIn(code, shown)
        self.assertNotIn(code.replace("-", ""), str(list(Claim.objects.values())).replace("-", ""))

    def test_takes_another_username_where_one_is_proposed_for_two(self) -> None:
        for username in ("mina.muller", "mina.muller2"):
            self.make()
            self.assertTrue(User.objects.filter(username=username).exists())
        self.assertContains(self.make(username="a1ice"), "looks too much like")

    def test_sent_twice_makes_one_account(self) -> None:
        key, people = str(uuid4()), User.objects.count()
        self.make(key=key)
        self.assertContains(self.make(key=key), "made already", status_code=409)
        self.assertEqual(User.objects.count(), people + 1)

    def test_prints_a_new_card_and_the_old_one_ends(self) -> None:
        old = card()
        button = {"replaces": found(r'name="replaces" value="([^"]+)"', self.client.get(STAFFS).content.decode())}
        page = reverse("staff:print_card", args=[Claim.objects.get().reference])
        answer = self.client.post(page, button)
        self.assertContains(self.client.post(page, button, follow=True), "Another card was printed")  # a reload
        self.assertIn("no-store", answer.headers["Cache-Control"])
        new = answer.context["card"]
        self.assertEqual(told("mina"), [("card_made", "admin"), ("card_printed", "admin")])
        self.assertContains(claimed(old), "There is no card", status_code=403)
        self.assertContains(claimed(new, pin="135791"), "Wrong PIN", status_code=403)
        self.assertContains(claimed(new), "The account is yours")

    def test_prints_none_for_an_account_that_was_claimed(self) -> None:
        mina = card()
        claimed(mina)
        claim = Claim.objects.get()
        button = {"replaces": claim.printed_at.isoformat()}
        answer = self.client.post(reverse("staff:print_card", args=[claim.reference]), button, follow=True)
        self.assertContains(answer, "has a password already")
        person("mina").verify_pin(mina.pin)
        self.assertNotContains(answer, "Mina Müller")  # not in the list any more

    def test_is_for_administrators_and_changes_by_post_alone(self) -> None:
        card()
        page = reverse("staff:print_card", args=[Claim.objects.get().reference])
        self.assertEqual(self.client.get(page).status_code, 405)
        nobodys = reverse("staff:print_card", args=[uuid4()])
        self.assertEqual(self.client.post(nobodys, {"replaces": "2026-01-01T00:00Z"}).status_code, 404)
        for name in ("alice", "cass", "tess", "audrey"):
            self.client.force_login(person(name))
            for address in (STAFFS, page):
                self.assertEqual(self.client.post(address, MINA).status_code, 403)
        self.assertRedirects(Client().post(page), f"{reverse('account_login')}?next={page}")

    def test_asks_for_as_many_queries_however_many_cards_there_are(self) -> None:
        card()
        self.client.get(STAFFS)  # prepares a statement once for this connection
        with self.assertNumQueries(7):
            self.client.get(STAFFS)
        for name in ("nora", "olga"):
            card(name)
        with self.assertNumQueries(7):
            self.client.get(STAFFS)


class WhoPrints(MoneyTestCase):
    def test_is_asked_for_the_role_at_the_moment_of_the_act(self) -> None:
        mina, admin = card(), person("admin")
        for change, refusal in (
            ({"frozen": True}, AccountFrozen),
            ({"role": "cashier", "is_staff": False, "is_superuser": False, "frozen": False}, RoleMissing),
        ):
            User.objects.filter(pk=admin.pk).update(**change)
            with self.subTest(refusal.__name__):
                with self.assertRaises(refusal):
                    anew()
                with self.assertRaises(refusal):
                    register_with_card(by=admin, key=uuid4(), username="nora", **MINA)
        self.assertFalse(User.objects.filter(username="nora").exists())
        self.assertContains(claimed(mina), "The account is yours")

    def test_prints_no_card_for_the_own_account(self) -> None:
        mina = card().user
        User.objects.filter(pk=mina.pk).update(role="administrator", is_staff=True, is_superuser=True)
        with self.assertRaises(OwnAccount):
            anew("mina")
        with self.assertRaises(IntegrityError), transaction.atomic():
            Claim.objects.update(printed_by=mina)


class TheCard(MoneyTestCase):
    def setUp(self) -> None:
        self.card = card()
        self.assertEqual([claim.user.username for claim in open_claims()], ["mina"])

    def test_gives_the_account_a_password_and_signs_in(self) -> None:
        answer = claimed(self.card, self.client)
        self.assertRedirects(answer, reverse("change_pin"))
        self.assertEqual(told("mina")[-1], ("account_claimed", "mina"))
        self.assertContains(self.client.get(reverse("payments:notifications")), "Your account was claimed")
        page = Client().post(reverse("account_login"), {"login": "mina", "password": NEW}, follow=True)
        self.assertContains(page, "You are now logged in.")

    def test_works_once(self) -> None:
        claimed(self.card)
        self.assertContains(
            claimed(self.card, password1="another long one", password2="another long one"), "no card", status_code=403
        )
        self.assertTrue(person("mina").check_password(NEW))
        self.assertEqual(Claim.objects.get().code_hash, "")

    def test_is_read_as_people_type_it(self) -> None:
        code = self.card.code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        self.assertContains(claimed(self.card, code=code, username="MINA"), "The account is yours")

    def test_is_refused_where_one_thing_is_wrong_and_says_little(self) -> None:
        answers = [
            claimed(self.card, username="nobody"),
            claimed(self.card, username="alice"),
            claimed(self.card, code="0000-0000-0000"),
            claimed(self.card, code="-"),
        ]
        texts = [re.findall(r"notice--error.*?<span>(.*?)</span>", answer.content.decode()) for answer in answers]
        self.assertEqual([answer.status_code for answer in answers], [403] * 4)
        self.assertEqual(texts, [texts[0]] * 4)
        self.assertFalse(person("mina").has_usable_password())

    def test_is_guessed_five_times_from_one_address(self) -> None:
        statuses = [claimed(self.card, code="0000-0000-0000").status_code for _ in range(6)]
        self.assertEqual(statuses, [403] * 5 + [429])
        self.assertEqual(claimed(self.card).status_code, 429)
        other = Client(REMOTE_ADDR="198.51.100.7")
        self.assertContains(claimed(self.card, other), "The account is yours")

    def test_without_the_code_nobody_locks_the_pin(self) -> None:
        for number in range(6):
            claimed(self.card, Client(REMOTE_ADDR=f"198.51.100.{number}"), code="0000-0000-0000", pin="135791")
        person("mina").verify_pin(self.card.pin)

    def test_with_the_code_the_pin_has_five_tries(self) -> None:
        wrong = {"username": "mina", "code": self.card.code, "pin": "135791", "password": NEW}
        for _ in range(4):
            with self.assertRaises(PinWrong):
                claims.claim(**wrong)
        for pin in ("135791", self.card.pin):
            with self.assertRaises(PinLocked):
                claims.claim(**wrong | {"pin": pin})

    def test_keeps_what_was_typed_but_no_secret(self) -> None:
        answer = claimed(self.card, password2="different words")
        self.assertContains(answer, "not the same")
        self.assertContains(answer, 'value="mina"')
        self.assertNotContains(answer, self.card.pin)
        self.assertContains(claimed(self.card, password1="12345678", password2="12345678"), "too common")

    def test_does_nothing_for_who_is_inactive(self) -> None:
        User.objects.filter(username="mina").update(is_active=False)
        self.assertEqual(claimed(self.card).status_code, 403)

    def test_does_nothing_after_a_password_was_set_by_a_letter(self) -> None:
        mina = person("mina")
        mina.set_password(PASSWORD)
        mina.save()
        self.assertEqual(claimed(self.card).status_code, 403)
        with self.assertRaises(AlreadyClaimed):
            anew()
        self.assertTrue(person("mina").check_password(PASSWORD))
        self.assertEqual(list(open_claims()), [])

    def test_is_of_a_wallet_that_gets_money_meanwhile(self) -> None:
        sent(person("alice"), self.card.user, "5")
        claimed(self.card)
        self.assertEqual(balance(person("mina")), Money.of("1005.00", "GBP"))

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_takes_an_address_that_is_confirmed_by_a_letter(self) -> None:
        self.assertContains(claimed(self.card, self.client, email="Mina@example.org"), "The account is yours")
        self.assertEqual(person("mina").email, "")
        self.assertContains(self.client.get(reverse("account_email")), "mina@example.org")
        self.client.post(found(r"https?://[^/]+(/accounts/confirm-email/\S+)", str(mail.outbox[0].body)))
        self.assertEqual(person("mina").email, "mina@example.org")
        page = Client().post(reverse("account_login"), {"login": "mina@example.org", "password": NEW}, follow=True)
        self.assertContains(page, "You are now logged in.")

    @override_settings(ACCOUNT_EMAIL_VERIFICATION="mandatory")
    def test_takes_no_address_of_another_and_does_not_say_so(self) -> None:
        self.assertContains(claimed(self.card, email="alice@example.org"), "The account is yours")
        self.assertIn("Somebody typed your address", str(mail.outbox[0].body))
        self.assertEqual((person("mina").email, person("alice").email), ("", "alice@example.org"))

    def test_where_nobody_confirms_takes_no_address_of_another(self) -> None:
        answer = claimed(self.card, email="alice@example.org")
        self.assertContains(answer, "already exists", status_code=409)
        self.assertContains(claimed(self.card, email="mina@example.org"), "The account is yours")
        self.assertEqual(EmailAddress.objects.get(user=person("mina")).email, person("mina").email)

    def test_at_once_by_eight_is_claimed_by_one(self) -> None:
        card = {"username": "mina", "code": self.card.code, "pin": self.card.pin}
        words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth")
        actions: list[Callable[[], Any]] = [partial(claims.claim, **card, password=f"{word} way") for word in words]
        self.assertEqual(at_once(actions), {"done": 1, CardRefused.__name__: 7})

    def test_printed_anew_while_it_is_used_is_one_or_the_other(self) -> None:
        verify = claims.pins.verify
        printed: list[claims.Card] = []

        def print_meanwhile(user: int, pin: str) -> None:
            verify(user, pin)
            printed.append(anew())

        with mock.patch.object(claims.pins, "verify", print_meanwhile), self.assertRaises(CardRefused):
            claims.claim(username="mina", code=self.card.code, pin=self.card.pin, password=NEW)
        self.assertContains(claimed(printed[0]), "The account is yours")


class TheDatabase(MoneyTestCase):
    def test_holds_that_a_claim_has_a_code_until_it_is_used(self) -> None:
        card()
        for change in ({"code_hash": ""}, {"claimed_at": "2026-01-01T00:00Z"}):
            with self.subTest(change), self.assertRaises(DatabaseError), transaction.atomic():
                Claim.objects.update(**change)

    def test_makes_one_account_with_one_key(self) -> None:
        key = uuid4()
        register_with_card(by=person("admin"), key=key, username="mina", **MINA)
        with self.assertRaises(CardMade):
            register_with_card(by=person("admin"), key=key, username="nora", **MINA)


class AProposedUsername(MoneyTestCase):
    def test_is_made_of_the_name(self) -> None:
        for first, last, username in (
            ("Zoë", "Zimmer", "zoe.zimmer"),
            ("Großmutter", "Weiß", "grossmutter.weiss"),
            ("Зоя", "Иванова", "member"),
            ("3PO", "C", "member"),
            ("Jean-Luc", "O'Neil", "jeanluc.oneil"),
            ("A" * 40, "B", "a" * 24),
        ):
            self.assertEqual(proposed(first, last), username)

    def test_looks_like_nobodys(self) -> None:
        self.assertEqual(free_username("A1ice", ""), "a1ice2")

"""The pages about banks: administrators add them, a bank sees its own deposits, members see how to pay in."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from django.test import override_settings
from django.urls import reverse

from accounts.models import ApiToken, User
from accounts.tokens.service import token_with
from conversion.money import Money
from payments.owners import wallet_of
from tests.base import MoneyTestCase, found
from tests.cast import PASSWORD, balance, gbp, person, sent
from treasury.banks.service import open_currency
from treasury.deposits import service
from treasury.deposits.payees import reference_in, reference_of, wallets_for
from treasury.models import Bank, Clearing
from web.templatetags.money import money

from .banks import IBAN, a_bank, deposited

NEW = {
    "name": "Tide Bank",
    "username": "tidebank",
    "email": "bank@example.org",
    "password1": PASSWORD,
    "password2": PASSWORD,
    "currency": "GBP",
    "daily_cap": "1000.50",
    "holder": "The Club",
    "iban": "DE89 3704 0044 0532 0130 00",
    "bic": "cobadeff370",
    "needs_reference": "on",
}


class AnAdministrator(MoneyTestCase):
    def setUp(self) -> None:
        self.client.force_login(person("admin"))

    def add(self, **changes: Any) -> Any:
        return self.client.post(reverse("staff:banks"), NEW | changes)

    def test_adds_a_bank_and_gives_its_program_a_token_once(self) -> None:
        page = reverse("staff:bank", args=["tidebank"])
        self.assertRedirects(self.add(), page)
        bank = Bank.objects.get()
        self.assertEqual(
            (bank.user.role, bank.iban, bank.bic, bank.needs_reference), ("bank", IBAN, "COBADEFF370", True)
        )
        self.assertEqual(bank.clearings.get().daily_cap, gbp("1000.50"))
        self.assertEqual((bank.user.has_pin, bank.user.check_password(PASSWORD)), (False, True))

        answer = self.client.post(reverse("staff:bank_token", args=["tidebank"]), {"name": "core system"})
        secret = found(r"(purse_\w{40})", answer.content.decode())
        token = token_with(secret, origin=lambda: "here")
        assert token is not None
        self.assertEqual((token.user, token.scopes), (bank.user, ["deposits:write", "withdrawals:settle"]))
        self.assertIn("no-store", answer.headers["Cache-Control"])
        shown = self.client.get(page)
        self.assertContains(shown, "core system")
        self.assertNotContains(shown, secret)
        self.assertContains(self.client.get(reverse("staff:banks")), "Tide Bank")

        self.client.post(reverse("staff:revoke_bank_tokens", args=["tidebank"]))
        self.assertIsNone(token_with(secret, origin=lambda: "here"))

    def test_reads_what_is_wrong_and_adds_nothing(self) -> None:
        for field, value in (
            ("iban", "DE89 3704 0044 0532 0130 01"),
            ("iban", "GB82WEST"),
            ("bic", "COBA"),
            ("daily_cap", "0"),
            ("daily_cap", "1.005"),
            ("holder", ""),
            ("email", "alice@example.org"),
            ("username", "alice"),
            ("name", ""),
            ("password2", "other"),
        ):
            with self.subTest(field, value=value):
                answer = self.add(**{field: value})
                self.assertEqual(answer.status_code, 200)
                self.assertIn(field, answer.context["form"].errors)
        self.assertEqual((Bank.objects.count(), User.objects.filter(role="bank").count()), (0, 0))

    def test_opens_another_currency_and_changes_a_limit(self) -> None:
        self.add()
        page = reverse("staff:bank", args=["tidebank"])
        for currency, cap in (("EUR", "500"), ("GBP", "20")):
            self.assertRedirects(self.client.post(page, {"currency": currency, "daily_cap": cap}), page)
        caps = {clearing.wallet.currency_code: clearing.daily_cap for clearing in Clearing.objects.all()}
        self.assertEqual(caps, {"EUR": Money.of("500", "EUR"), "GBP": gbp("20")})
        self.assertEqual(self.client.post(page, {"currency": "JPY", "daily_cap": "1.5"}).status_code, 200)
        self.assertEqual(Clearing.objects.count(), 2)

    def test_who_is_frozen_adds_nothing_and_gives_no_token(self) -> None:
        self.add()
        User.objects.filter(username="admin").update(frozen=True)
        self.assertEqual(self.add(username="other", email="o@example.org").status_code, 403)
        token = self.client.post(reverse("staff:bank_token", args=["tidebank"]), {"name": "x"})
        self.assertEqual((token.status_code, ApiToken.objects.count()), (403, 0))

    def test_alone_may(self) -> None:
        a_bank()
        pages = [
            reverse("staff:banks"),
            *(reverse(f"staff:{name}", args=["tidebank"]) for name in ("bank", "bank_token")),
        ]
        for username in ("tess", "audrey", "cass", "alice", "tidebank"):
            self.client.force_login(person(username))
            for page in pages:
                with self.subTest(username, page=page):
                    self.assertEqual(self.client.post(page, {}).status_code, 403)

    def test_makes_no_bank_of_a_member_and_no_member_of_a_bank(self) -> None:
        a_bank()
        for username, role in (("alice", "bank"), ("tidebank", "member")):
            who = person(username)
            fields = ("username", "first_name", "last_name", "email", "role", "frozen", "is_active")
            typed = {name: getattr(who, name) for name in fields} | {"role": role, "last_name": "X"}
            typed = {name: value for name, value in typed.items() if value is not False}
            page = reverse("admin:accounts_user_change", args=[who.pk])
            self.assertContains(self.client.post(page, typed, follow=True), "A bank stays a bank")
            self.assertEqual(person(username).role, who.role)


class ABank(MoneyTestCase):
    def setUp(self) -> None:
        self.bank = a_bank()
        self.client.force_login(self.bank.user)

    def test_sees_its_own_deposits_alone(self) -> None:
        deposited(self.bank, person("alice"), "5", reference="MINE-1")
        deposited(self.bank, person("bob"), "6", reference="MINE-2")
        deposited(a_bank("otherbank"), person("alice"), "7", reference="OTHERS")
        page = self.client.get("/", follow=True)
        self.assertEqual(page.redirect_chain, [(reverse("treasury:own_bank"), 302)])
        for text in ("MINE-1", "MINE-2", money(gbp("11"))):
            self.assertContains(page, text)
        self.assertNotContains(page, "OTHERS")
        for name in ("payments:send", "payments:requests", "payments:history", "staff:dashboard"):
            self.assertNotContains(page, f'href="{reverse(name)}"')
        searched = self.client.get(reverse("treasury:own_bank"), {"reference": "MINE-1"})
        self.assertContains(searched, "Alice Archer")
        self.assertNotContains(searched, "Bob Baker")

    def test_has_its_deposits_page_by_page(self) -> None:
        for number in range(21):
            deposited(self.bank, person("alice"), "1", reference=f"R{number:02}")
        first = self.client.get(reverse("treasury:own_bank")).content.decode()
        second = self.client.get(reverse("treasury:own_bank") + found(r'href="(\?before=\d+)"', first)).content.decode()
        shown = [re.findall(r">\s*(R\d\d)\s*<", text) for text in (first, second)]
        self.assertEqual(shown, [[f"R{number:02}" for number in range(20, 0, -1)], ["R00"]])

    def test_can_open_no_page_that_moves_money(self) -> None:
        for name in ("send", "new_request", "new_hold", "history", "top_up"):
            with self.subTest(name):
                self.assertEqual(self.client.get(reverse(f"payments:{name}")).status_code, 404)
        for name in ("dashboard", "deposits", "banks", "cash", "mass_payments"):
            with self.subTest(name):
                self.assertEqual(self.client.get(reverse(f"staff:{name}")).status_code, 403)

    def test_gets_no_pin_and_so_no_token_by_itself(self) -> None:
        answer = self.client.post(reverse("new_pin"), {"password": PASSWORD})
        self.assertContains(answer, "A bank has no PIN.", status_code=403)
        token = {"name": "x", "scopes": ["transfers:write"], "days": "7", "pin": "123456"}
        self.client.post(reverse("new_token"), token)
        self.assertEqual((person("tidebank").has_pin, ApiToken.objects.count()), (False, 0))

    def test_alone_has_this_page(self) -> None:
        for username in ("alice", "admin"):
            self.client.force_login(person(username))
            self.assertEqual(self.client.get(reverse("treasury:own_bank")).status_code, 403)


class AMember(MoneyTestCase):
    def setUp(self) -> None:
        self.carla = person("carla")
        self.client.force_login(self.carla)

    def page(self) -> Any:
        return self.client.get(reverse("payments:top_up"))

    def test_reads_how_to_pay_in_by_bank_transfer(self) -> None:
        bank = a_bank(bic="COBADEFF370")
        self.assertNotContains(self.page(), "bank transfer")  # the bank takes no euros
        open_currency(bank=bank, daily_cap=Money.of("1000", "EUR"))
        answer = self.page()
        reference = reference_of(wallet_of(self.carla))
        in_fours = " ".join(reference[start : start + 4] for start in range(0, len(reference), 4))
        for text in ("The Club", "DE89 3704 0044 0532 0130 00", in_fours, 'class="qr"'):
            self.assertContains(answer, text)
        self.client.force_login(person("alice"))
        answer = self.page()
        self.assertContains(answer, "The Club")
        self.assertNotContains(answer, 'class="qr"')  # a SEPA transfer is in euros
        User.objects.filter(pk=bank.user_id).update(frozen=True)
        self.assertNotContains(self.page(), "The Club")

    @override_settings(TOP_UP_DAILY_CAP="0")
    def test_has_the_page_without_top_ups_on_trust_only_if_a_bank_takes_money(self) -> None:
        self.assertEqual(self.page().status_code, 404)
        self.assertNotContains(self.client.get("/"), reverse("payments:top_up"))
        open_currency(bank=a_bank(), daily_cap=Money.of("1000", "EUR"))
        answer = self.page()
        self.assertContains(answer, "By bank transfer")
        self.assertNotContains(answer, "on trust")
        self.assertContains(self.client.get("/"), reverse("payments:top_up"))
        self.assertEqual(self.client.post(reverse("payments:top_up"), {"amount": "5", "key": uuid4()}).status_code, 403)

    def test_sees_the_deposit_its_receipt_and_its_recall(self) -> None:
        bank = a_bank()
        alice = person("alice")
        deposit = deposited(bank, alice, "5", details="Pocket money")
        service.return_deposit(deposit=deposit, reason="Sent twice", key=uuid4())
        self.client.force_login(alice)
        history = self.client.get(reverse("payments:history"))
        for text in ("Pocket money", "Sent twice"):
            self.assertContains(history, text)
        receipt = self.client.get(reverse("payments:receipt", args=[deposit.transfer.reference]))
        self.assertContains(receipt, "Bank transfer")
        self.assertNotContains(receipt, "Undo")
        self.assertNotContains(receipt, "Refund")
        notices = self.client.get(reverse("payments:notifications"))
        for text in ("Money came by bank transfer", "The bank recalled a transfer to you"):
            self.assertContains(notices, text)


class AReference(MoneyTestCase):
    def test_finds_its_wallet_however_it_was_written(self) -> None:
        wallet = wallet_of(person("alice"))
        reference = reference_of(wallet)
        for text in (
            reference,
            reference.lower(),
            " ".join(reference),
            f"Invoice 12 {reference} thank you",
            f"{reference}2026",
            f"EREF+1 RF18539007547034 {reference}",
        ):
            with self.subTest(text):
                self.assertEqual(reference_in(text), reference)
                self.assertEqual(wallets_for([reference_in(text)]), {reference: wallet})

    def test_with_a_wrong_digit_finds_nobody(self) -> None:
        reference = reference_of(wallet_of(person("alice")))
        for place in (2, 3, *range(5, len(reference))):
            wrong = f"{reference[:place]}{(int(reference[place]) + 1) % 10}{reference[place + 1 :]}"
            with self.subTest(wrong):
                self.assertEqual((reference_in(wrong), wallets_for([wrong])), ("", {}))
        self.assertEqual(wallets_for(["RF00W000001", "RF18539007547034", "", "99", str(uuid4())]), {})

    def test_finds_no_wallet_of_the_system_or_of_a_bank(self) -> None:
        clearing = Clearing.objects.get(bank=a_bank()).wallet
        self.assertEqual(wallets_for([reference_of(clearing), str(clearing.reference)]), {})


class Staff(MoneyTestCase):
    def setUp(self) -> None:
        self.bank, self.alice = a_bank(), person("alice")
        self.client.force_login(person("tess"))

    def test_see_all_deposits_and_give_back_what_was_recalled(self) -> None:
        deposit = deposited(self.bank, self.alice, "50", reference="T-1")
        page = reverse("staff:deposit", args=[deposit.reference])
        self.assertContains(self.client.get(reverse("staff:deposits")), page)
        sent(self.alice, person("bob"), "1001")
        typed = {"reason": "Fraud", "key": uuid4()}
        self.assertContains(self.client.post(page, typed), "no longer has this money", status_code=409)
        listed = self.client.get(reverse("staff:deposits"))
        self.assertContains(listed, "Recalled, and not given back")
        self.assertContains(listed, "waiting")
        sent(person("bob"), self.alice, "1")
        answer = self.client.post(page, typed | {"key": uuid4()}, follow=True)
        self.assertContains(answer, "Given back to the bank.")
        self.assertNotContains(answer, "Give back")
        self.assertNotContains(self.client.get(reverse("staff:deposits")), "Recalled, and not given back")
        self.assertEqual(balance(self.alice), gbp("0"))

    def test_without_the_treasurys_role_only_look(self) -> None:
        deposit = deposited(self.bank, self.alice, "50")
        page = reverse("staff:deposit", args=[deposit.reference])
        self.client.force_login(person("audrey"))
        self.assertNotContains(self.client.get(page), "Give back")
        self.assertEqual(self.client.post(page, {"reason": "", "key": uuid4()}).status_code, 403)
        self.assertNotContains(self.client.get(reverse("staff:deposits")), "Check the file")
        self.assertEqual(self.client.post(reverse("staff:deposits"), {}).status_code, 403)
        for username in ("cass", "alice"):
            self.client.force_login(person(username))
            self.assertEqual(self.client.get(page).status_code, 403)

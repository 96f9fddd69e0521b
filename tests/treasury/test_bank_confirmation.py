"""What gives a bank more power takes two people: until the second has confirmed it, the bank deposits nothing."""

from __future__ import annotations

from django.db import IntegrityError
from django.test import override_settings
from django.urls import reverse

from accounts.models import User
from accounts.people.errors import RoleMissing, RoleTooNew
from conversion.money import Money
from events.models import Notification
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person
from treasury.banks.errors import AnotherMustConfirm, BankChanged, BankNotConfirmed
from treasury.banks.service import confirm_bank, create_bank, issue_token, open_currency
from treasury.deposits.service import return_deposit
from treasury.models import Bank

from .banks import a_bank, deposited


class ABank(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.tess, self.admin = person("alice"), person("tess"), person("admin")

    def new(self) -> Bank:
        bank = create_bank(
            username="newbank", name="New", email="n@example.org", password="x", daily_cap=gbp("100"), by=self.admin
        )
        bank.refresh_from_db()
        return bank

    def confirm(self, bank: Bank, *, by: User | None = None) -> None:
        bank.refresh_from_db()
        assert bank.changed_at is not None
        confirm_bank(by=by or self.tess, bank=bank, seen_at=bank.changed_at.isoformat())

    def test_made_by_one_deposits_only_when_another_has_confirmed_it(self) -> None:
        bank = self.new()
        with self.assertRaises(BankNotConfirmed):
            deposited(bank, self.alice, "5", reference="T1")
        self.assertEqual(balance(self.alice), gbp("1000"))
        with self.assertRaises(AnotherMustConfirm):
            self.confirm(bank, by=self.admin)
        for name in ("alice", "cass", "audrey"):
            with self.subTest(name), self.assertRaises(RoleMissing):
                self.confirm(bank, by=person(name))
        for _ in range(2):
            self.confirm(bank)
        deposited(bank, self.alice, "5", reference="T1")
        self.assertEqual(balance(self.alice), gbp("1005"))

    def test_with_more_power_than_was_confirmed_waits_again(self) -> None:
        bank = self.new()
        self.confirm(bank)
        first = deposited(bank, self.alice, "5", reference="T1")
        for gives_power in (
            lambda: open_currency(bank=bank, daily_cap=gbp("100.01"), by=self.admin),
            lambda: open_currency(bank=bank, daily_cap=Money.of("1", "EUR"), by=self.admin),
            lambda: issue_token(by=self.admin, bank=bank, name="x"),
        ):
            gives_power()
            with self.assertRaises(BankNotConfirmed):
                deposited(bank, self.alice, "5")
            self.assertEqual(deposited(bank, self.alice, "5", reference="T1"), first)  # as the first time
            self.confirm(bank)
            deposited(bank, self.alice, "5")
        open_currency(bank=bank, daily_cap=gbp("50"), by=self.admin)  # less power
        deposited(bank, self.alice, "5")
        issue_token(by=self.admin, bank=bank, name="y")
        self.assertFalse(return_deposit(deposit=first, reason="", key=first.reference).is_declined)

    def test_is_confirmed_as_it_was_seen(self) -> None:
        bank = self.new()
        assert bank.changed_at is not None
        seen_at = bank.changed_at.isoformat()
        open_currency(bank=bank, daily_cap=gbp("1000000"), by=self.admin)
        with self.assertRaises(BankChanged):
            confirm_bank(by=self.tess, bank=bank, seen_at=seen_at)
        with self.assertRaises(BankNotConfirmed):
            deposited(bank, self.alice, "5")

    @override_settings(SECOND_PERSON_AFTER_HOURS=24)
    def test_is_confirmed_by_a_second_person_and_not_by_a_second_account(self) -> None:
        with self.assertRaises(RoleTooNew):
            self.confirm(self.new())

    def test_cannot_be_stored_as_confirmed_by_who_changed_it(self) -> None:
        bank = self.new()
        with self.assertRaises(IntegrityError):
            Bank.objects.filter(pk=bank.pk).update(confirmed_by=self.admin)

    def test_is_confirmed_on_a_page_to_which_colleagues_are_led(self) -> None:
        bank = self.new()
        page = reverse("staff:confirm_bank", args=[bank.reference])
        notice = Notification.objects.get(user=self.tess)
        self.assertEqual((str(notice.label), notice.address), ("A colleague gave a bank more power", page))
        self.assertFalse(Notification.objects.filter(user=self.admin).exists())
        self.client.force_login(self.admin)
        self.assertContains(self.client.get(page), "You changed it yourself")
        self.assertContains(self.client.get(reverse("staff:bank", args=["newbank"])), page)
        self.client.force_login(self.tess)
        self.assertContains(self.client.get(reverse("staff:deposits")), page)
        seen_at = self.client.get(page).context["seen_at"]
        self.assertContains(self.client.post(page, {"seen_at": seen_at}, follow=True), "The bank may deposit.")
        self.assertNotContains(self.client.get(reverse("staff:deposits")), page)
        self.assertContains(self.client.get(page), "Confirmed by Tess Taylor")

    def test_made_at_the_terminal_needs_nobody(self) -> None:
        deposited(a_bank(), self.alice, "5")

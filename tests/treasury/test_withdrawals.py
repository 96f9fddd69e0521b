"""A withdrawal is on hold until it goes to the bank, needs another person's approval, and ends once."""

from __future__ import annotations

from uuid import uuid4

from conversion.money import Money
from events.models import Notification
from ledger.models import Hold
from ledger.wallets import balance_of
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person
from treasury.models import Clearing
from treasury.withdrawals import endings

from .banks import a_bank, deposited
from .withdrawals import approved, file, requested


class Withdrawals(MoneyTestCase):
    def setUp(self) -> None:
        self.bank, self.alice, self.tess, self.admin = a_bank(), person("alice"), person("tess"), person("admin")
        deposited(self.bank, self.alice, "200")

    def clearing(self) -> Money:
        return balance_of(Clearing.objects.get(bank=self.bank, wallet__currency_code="GBP").wallet)


class AWithdrawal(Withdrawals):
    def test_goes_from_the_wallet_by_the_bank_to_the_account(self) -> None:
        found = requested(self.alice, "150")
        self.assertEqual((wallet_of(self.alice).available, balance(self.alice)), (gbp("1050"), gbp("1200")))
        found = approved(self.alice, "50")
        made = file(found)
        found.refresh_from_db()
        self.assertEqual((found.status, balance(self.alice), self.clearing()), ("filed", gbp("1150"), gbp("-150")))
        self.assertEqual(Hold.objects.get(pk=found.hold_id).status, "captured")
        self.assertIn(made.reference.hex.encode(), made.content)
        endings.settle(withdrawal=found, reference="B1")
        found.refresh_from_db()
        self.assertEqual((found.status, found.bank_reference), ("settled", "B1"))
        kinds = list(Notification.objects.filter(user=self.alice).order_by("id").values_list("kind", flat=True))
        self.assertEqual(kinds[-3:], ["withdrawal_approved", "withdrawal_filed", "withdrawal_settled"])

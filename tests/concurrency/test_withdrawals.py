"""Two things at once about one withdrawal: one of them wins, the other is told so, and the books agree."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import uuid4

from django.test import override_settings

from ledger.errors import Busy
from ledger.models import Transfer
from ledger.wallets import balance_of
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import balance, gbp, person
from tests.concurrency.crowd import at_once
from tests.treasury.banks import a_bank, deposited
from tests.treasury.withdrawals import an_account, approved, file, filed, requested
from treasury.models import Clearing, PayoutFile, Withdrawal
from treasury.withdrawals import endings, service

ROUNDS = 6


class AtOnce(MoneyTestCase):
    def setUp(self) -> None:
        self.bank, self.alice, self.bob = a_bank(), person("alice"), person("bob")
        self.tess, self.admin = person("tess"), person("admin")

    def status(self, found: Withdrawal) -> str:
        return str(Withdrawal.objects.values_list("status", flat=True).get(pk=found.pk))

    def test_requested_many_times_under_one_key_it_is_one(self) -> None:
        account, key = an_account(self.alice), uuid4()
        ask = partial(requested, self.alice, "5", account=account, key=key)
        self.assertEqual(at_once([ask] * 8), {"done": 8})
        self.assertEqual((Withdrawal.objects.count(), wallet_of(self.alice).held), (1, gbp("5")))

    def test_requested_with_all_money_many_times_one_gets_it(self) -> None:
        account = an_account(self.alice)
        asks: list[Callable[[], Any]] = [
            partial(requested, self.alice, "1000", account=account, key=uuid4()) for _ in range(8)
        ]
        self.assertEqual(at_once(asks), {"done": 1, "InsufficientFunds": 7})

    def test_approved_and_cancelled_it_is_cancelled_whoever_comes_first(self) -> None:
        for _ in range(ROUNDS):
            found = requested(self.alice, "5")
            outcomes = at_once(
                [
                    partial(service.approve, by=self.tess, withdrawal=found),
                    partial(service.cancel_withdrawal, member=self.alice, withdrawal=found),
                ]
            )
            self.assertIn(outcomes, [{"done": 2}, {"done": 1, "WithdrawalIsClosed": 1}])
            self.assertEqual((self.status(found), wallet_of(self.alice).held), ("cancelled", gbp("0")))

    def test_approved_and_declined_by_two_it_is_decided_once(self) -> None:
        for _ in range(ROUNDS):
            found = requested(self.alice, "5")
            outcomes = at_once(
                [
                    partial(service.approve, by=self.tess, withdrawal=found),
                    partial(service.approve, by=self.admin, withdrawal=found),
                    partial(service.decline, by=self.admin, withdrawal=found, reason="x"),
                ]
            )
            self.assertIn(outcomes, [{"done": 2, "WithdrawalIsClosed": 1}, {"done": 1, "WithdrawalIsClosed": 2}])
            self.assertEqual((self.status(found), wallet_of(self.alice).held), ("declined", gbp("0")))

    def test_filed_by_two_people_it_is_in_one_file(self) -> None:
        for _ in range(ROUNDS):
            rows = [approved(self.alice, "5"), approved(self.bob, "6")]
            outcomes = at_once([partial(file, *rows, by=by) for by in (self.tess, self.admin) * 2])
            self.assertEqual(outcomes, {"done": 1, "NotApproved": 3})
            self.assertEqual([self.status(row) for row in rows], ["filed", "filed"])
        self.assertEqual((PayoutFile.objects.count(), Transfer.objects.filter(kind="withdrawal").count()), (6, 12))

    def test_filed_many_times_under_one_key_it_is_one_file(self) -> None:
        rows, key = [approved(self.alice, "5"), approved(self.bob, "6")], uuid4()
        self.assertEqual(at_once([partial(file, *rows, key=key)] * 6), {"done": 6})
        self.assertEqual(PayoutFile.objects.count(), 1)
        self.assertEqual(balance(self.alice), gbp("995"))

    def test_filed_and_cancelled_it_is_one_of_both(self) -> None:
        for _ in range(ROUNDS):
            found, other = approved(self.alice, "5"), approved(self.bob, "5")
            outcomes = at_once(
                [
                    partial(file, found, other),
                    partial(service.cancel_withdrawal, member=self.alice, withdrawal=found),
                ]
            )
            self.assertEqual(outcomes["done"], 1)
            self.assertIn((self.status(found), self.status(other)), [("filed", "filed"), ("cancelled", "approved")])

    def test_settled_and_returned_the_money_is_back_once(self) -> None:
        for number in range(ROUNDS):
            found = filed(self.alice, "5")
            outcomes = at_once(
                [
                    partial(endings.settle, withdrawal=found, reference="B1"),
                    partial(endings.return_withdrawal, withdrawal=found, reference="B2", reason=""),
                    partial(endings.return_withdrawal, withdrawal=found, reference="B3", reason="", by=self.tess),
                ]
            )
            self.assertIn(outcomes, [{"done": 3}, {"done": 2, "WithdrawalIsClosed": 1}], number)
            self.assertEqual((self.status(found), balance(self.alice)), ("returned", gbp("1000")))

    @override_settings(FOUR_EYES_ABOVE="10.00 GBP")
    def test_one_person_alone_does_not_pass_the_limit_with_two_files(self) -> None:
        rows = [approved(self.alice, "4", by=self.tess) for _ in range(6)]
        outcomes = at_once([partial(file, row, by=self.tess) for row in rows])
        self.assertEqual(outcomes, {"done": 2, "AnotherMustFile": 4})

    def test_much_at_once_for_one_bank_all_adds_up(self) -> None:
        """Deposits, requests, files and returns at the same time, over the same wallets."""
        accounts = {member: an_account(member) for member in (self.alice, self.bob)}
        waiting, at_bank = ([make(member, "2") for member in accounts] for make in (approved, filed))
        acts: list[Callable[[], Any]] = [
            *(partial(file, row, by=self.admin) for row in waiting),
            *(partial(endings.return_withdrawal, withdrawal=row, reference="B", reason="") for row in at_bank),
            *(partial(deposited, self.bank, member, "3") for member in accounts),
            *(partial(requested, member, "4", account=account) for member, account in accounts.items()),
        ]
        self.assertEqual(at_once([partial(patiently, act) for act in acts]), {"done": len(acts)})
        for member in accounts:
            wallet = wallet_of(member)
            self.assertEqual((wallet.settled, wallet.held), (gbp("1001"), gbp("4")))
        clearing = Clearing.objects.get(bank=self.bank).wallet
        self.assertEqual(balance_of(clearing), gbp("-2"))


def patiently(act: Callable[[], Any]) -> Any:
    """Tries again where nothing was booked, as a person would: these tests run beside others."""
    for _ in range(10):
        try:
            return act()
        except Busy:
            continue
    return act()

"""Debt is for purchases: with money that is not there, nobody sends, holds, or gets more than an undone top-up back."""

from __future__ import annotations

from uuid import uuid4

from accounts.models import User
from conversion.money import Money
from ledger import floors
from ledger.errors import InsufficientFunds
from ledger.transactions import in_one_transaction
from payments.owners import wallet_of
from payments.reversals.errors import PayeeLacksFunds
from payments.reversals.service import undo
from payments.top_ups.service import top_up_on_trust
from tests.base import MoneyTestCase
from tests.cast import balance, person, placed, quoted, sent


def lets_owe(user: User, floor: str) -> None:
    wallet = wallet_of(user)
    limit = Money.of(floor, wallet.currency_code)
    in_one_transaction(
        lambda: floors.set_floor(wallet, limit, made_by=person("tess").pk, reason=""), wallets=[wallet.pk]
    )


class WhoMayOwe(MoneyTestCase):
    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = person("alice"), person("bob")
        lets_owe(self.alice, "-20")

    def test_sends_and_holds_their_own_money_alone(self) -> None:
        for act in (sent, placed):
            with self.subTest(act.__name__), self.assertRaises(InsufficientFunds):
                act(self.alice, self.bob, "1000.01")
        sent(self.alice, self.bob, "1000")
        self.assertEqual(balance(self.alice), Money.of("0", "GBP"))

    def test_does_not_owe_for_what_another_undoes(self) -> None:
        transfer = sent(self.bob, self.alice, "10")
        sent(self.alice, self.bob, "1005")
        with self.assertRaises(PayeeLacksFunds):
            undo(maker=self.bob, transfer=transfer, key=uuid4())

    def test_may_undo_a_top_up_that_was_a_mistake(self) -> None:
        """Otherwise a person in debt could not correct the amount that they typed."""
        top_up = top_up_on_trust(member=self.alice, amount=Money.of("10", "GBP"), key=uuid4())
        sent(self.alice, self.bob, "1005")
        undo(maker=self.alice, transfer=top_up, key=uuid4())
        self.assertEqual(balance(self.alice), Money.of("-5", "GBP"))


class TheReviewPage(MoneyTestCase):
    def test_refuses_early_what_only_a_debt_would_pay(self) -> None:
        alice = person("alice")
        lets_owe(alice, "-20")
        with self.assertRaises(InsufficientFunds):
            quoted(alice, person("bob"), "1000.01")

"""Floors: how far a member's wallet may go below zero, and for what."""

from __future__ import annotations

import datetime as dt
from unittest import mock
from uuid import uuid4

from django.db import connection

from accounts.models import User
from conversion.money import Money
from ledger import audit, floors
from ledger.holds import Placing, place_hold
from ledger.models import Wallet
from ledger.posting import Instruction, Leg, Outcome, Posting, post, post_all
from ledger.transactions import in_one_transaction
from payments.owners import wallet_of
from payments.transfers.kinds import PAYMENT
from shop.orders.laws import ONLY_FOR_PURCHASES
from tests.base import MoneyTestCase
from tests.cast import balance, person
from tests.runner import as_owner

GUARDS = ("what_is_written_stays", "only_serializable")


def pounds(amount: str) -> Money:
    return Money.of(amount, "GBP")


def floor_set(user: User, floor: str) -> Money:
    wallet, by = wallet_of(user), person("tess").pk
    return in_one_transaction(
        lambda: floors.set_floor(wallet, pounds(floor), made_by=by, reason="a regular"), wallets=[wallet.pk]
    )


def posted(payer: User, payee: User, amount: str, *, may_owe: bool = True, plain: bool = True) -> Posting:
    source, target = wallet_of(payer), wallet_of(payee)
    instruction = Instruction(
        key=uuid4(), kind=PAYMENT, legs=(Leg(source.pk, target.pk, pounds(amount)),), may_owe=may_owe
    )

    def decide() -> Posting:
        if plain:
            return post(instruction, made_by=payer.pk, made_at=None)
        return post_all([instruction], made_by=payer.pk, made_at=None)[0]

    return in_one_transaction(decide, wallets=[source.pk, target.pk])


class AFloor(MoneyTestCase):
    @classmethod
    def setUpClass(cls) -> None:
        """These tests owe for plain payments, which no service lets anybody do, and which a law of the shop forbids."""
        super().setUpClass()
        cls.enterClassContext(mock.patch.dict(audit.laws))
        del audit.laws[ONLY_FOR_PURCHASES]

    def setUp(self) -> None:
        super().setUp()
        self.alice, self.bob = person("alice"), person("bob")

    def test_lets_a_wallet_owe_for_instructions_that_may(self) -> None:
        for plain in (True, False):
            with self.subTest(plain=plain):
                floor_set(self.alice, "-20")
                posted(self.alice, self.bob, "1000")
                self.assertEqual(posted(self.alice, self.bob, "20", plain=plain).outcome, Outcome.BOOKED)
                self.assertEqual(balance(self.alice), pounds("-20"))
                self.assertEqual(posted(self.alice, self.bob, "0.01", plain=plain).outcome, Outcome.INSUFFICIENT_FUNDS)
                posted(self.bob, self.alice, "1020")

    def test_is_zero_for_all_other_instructions_and_for_holds(self) -> None:
        floor_set(self.alice, "-20")
        for plain in (True, False):
            posting = posted(self.alice, self.bob, "1000.01", may_owe=False, plain=plain)
            self.assertEqual(posting.outcome, Outcome.INSUFFICIENT_FUNDS)
        self.assertEqual(self.held("1000.01").outcome, "declined")
        self.assertEqual(posted(self.alice, self.bob, "1000", may_owe=False).outcome, Outcome.BOOKED)

    def test_does_not_stop_the_capture_of_what_is_on_hold(self) -> None:
        """The wallet went into debt after the hold was placed; the held amount is still there for its capture."""
        floor_set(self.alice, "-20")
        hold = self.held("1000")
        posted(self.alice, self.bob, "15")
        source, target = wallet_of(self.alice), wallet_of(self.bob)
        legs = (Leg(source.pk, target.pk, pounds("1000")),)
        capture = Instruction(key=uuid4(), kind="capture", legs=legs, hold=hold.hold_id)
        posting = in_one_transaction(
            lambda: post(capture, made_by=self.bob.pk, made_at=None), wallets=[source.pk, target.pk]
        )
        self.assertEqual(posting.outcome, Outcome.BOOKED)
        self.assertEqual(balance(self.alice), pounds("-15"))

    def test_rises_as_the_debt_is_paid_back(self) -> None:
        floor_set(self.alice, "-20")
        posted(self.alice, self.bob, "1018")
        self.assertEqual(floor_set(self.alice, "-5"), pounds("-18"))
        self.assertEqual(floors.wished_floor(wallet_of(self.alice)), pounds("-5"))
        self.assertEqual(floors.follow(), 0)
        posted(self.bob, self.alice, "10")
        self.assertEqual(floors.follow(), 1)
        self.assertEqual(wallet_of(self.alice).floor, -800)
        posted(self.bob, self.alice, "100")
        self.assertEqual((floors.follow(), floors.follow()), (1, 0))
        self.assertEqual(wallet_of(self.alice).floor, -500)

    def test_may_be_raised_without_accusing_what_was_booked_before(self) -> None:
        """Each entry is compared with the floor that was in force at its number."""
        floor_set(self.alice, "-20")
        posted(self.alice, self.bob, "1020")
        posted(self.bob, self.alice, "1020")
        floor_set(self.alice, "0")
        self.assertEqual(audit.breaches(), [])

    def test_is_audited(self) -> None:
        floor_set(self.alice, "-20")
        posted(self.alice, self.bob, "1020")
        posted(self.bob, self.alice, "1020")
        floor_set(self.alice, "0")
        was_below = "no wallet is or was below the floor that was in force (system wallets have none)"
        for change, back, law in (
            ("after_seq = 9 WHERE floor = -2000", "after_seq = 1 WHERE floor = -2000", was_below),
            (
                "floor = -1 WHERE floor = 0",
                "floor = 0 WHERE floor = -1",
                "a wallet's floor is the newest in its history: zero without one, and only a member's may be lower",
            ),
        ):
            with self.subTest(change):
                self.as_owner_without_triggers(f"UPDATE ledger_floor SET {change}")
                found = {breach.law for breach in audit.breaches()}
                self.as_owner_without_triggers(f"UPDATE ledger_floor SET {back}")
                self.assertIn(law, found)

    def as_owner_without_triggers(self, statement: str) -> None:
        name = connection.settings_dict["NAME"]
        on = [f"ALTER TABLE ledger_floor ENABLE ALWAYS TRIGGER {each}" for each in GUARDS]
        as_owner(name, ["ALTER TABLE ledger_floor DISABLE TRIGGER USER", statement, *on])

    def test_is_a_members_and_never_above_zero(self) -> None:
        tess, alice = person("tess").pk, wallet_of(self.alice).pk
        grants = Wallet.objects.get(purpose="grants", currency_code="GBP").pk
        self.assert_refused("SELECT ledger_set_floor(%s, -1, %s, '')", grants, tess)
        self.assert_refused("SELECT ledger_set_floor(%s, 1, %s, '')", alice, tess)

    def held(self, amount: str) -> Placing:
        source, target = wallet_of(self.alice), wallet_of(self.bob)

        def decide() -> Placing:
            return place_hold(
                key=uuid4(),
                purpose="two_step",
                note="",
                source=source.pk,
                target=target.pk,
                amount=pounds(amount),
                lives=dt.timedelta(days=1),
                made_by=self.alice.pk,
                made_at=None,
            )

        return in_one_transaction(decide, wallets=[source.pk])

"""What the ledger itself decides about instructions, called without the services.

The services check first, but the ledger must not rely on their checks.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.db import DatabaseError, connection

from conversion.money import Money, currency
from ledger import posting as ledger_posting
from ledger.holds import place_hold
from ledger.kinds import EXCHANGE, MERCHANT
from ledger.models import Hold, Transfer, Wallet
from ledger.posting import IMPOSSIBLE, Instruction, Leg, Posting, post_all
from ledger.transactions import in_one_transaction, moving_nothing
from ledger.wallets import balance_of, create_wallet, settle_wallet, system_wallet
from payments.drawers.kinds import DRAWER
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import person
from tests.runner import as_owner


class Asking(MoneyTestCase):
    """Provides wallets by their ids, and ways to post instructions to the ledger. Amounts are minor units."""

    def setUp(self) -> None:
        names = "alice", "bob", "tess", "carla"
        self.alice, self.bob, self.tess, self.carla = (wallet_of(person(name)).pk for name in names)
        self.pounds, self.euros = (system_wallet(EXCHANGE, code) for code in ("GBP", "EUR"))
        self.maker = person("alice").pk

    def ask(self, *legs: tuple[int, int, int], **more: Any) -> Posting:
        """Posts one instruction; each leg is (source, target, minor units).

        Calls `post_all`, since `post` raises where an instruction can never be booked.
        """
        (posting,) = self.ask_many(self.instruction(*legs, **more))
        return posting

    def ask_many(self, *instructions: Instruction) -> list[Posting]:
        return in_one_transaction(partial(post_all, instructions, made_by=self.maker, made_at=None))

    def instruction(
        self, *legs: tuple[int, int, int], key: UUID | None = None, kind: str = "payment", **more: Any
    ) -> Instruction:
        built = tuple(Leg(source, target, Money(minor, self._unit(source))) for source, target, minor in legs)
        return Instruction(key=key or uuid4(), kind=kind, legs=built, **more)

    def _unit(self, wallet: int) -> Any:
        return currency("EUR" if wallet in (self.carla, self.euros) else "GBP")

    def paid(self, minor: int = 1000) -> int:
        return self.ask((self.alice, self.bob, minor)).transfer_id

    def held(self, minor: int = 1000) -> int:
        place = partial(
            place_hold,
            key=uuid4(),
            purpose="authorization",
            note="",
            source=self.alice,
            target=self.bob,
            amount=Money(minor, currency("GBP")),
            lives=dt.timedelta(days=1),
            made_by=self.maker,
            made_at=None,
        )
        return in_one_transaction(place).hold_id

    def balance(self, wallet: int) -> int:
        return balance_of(Wallet.objects.get(pk=wallet)).minor


class WhatIsWritten(Asking):
    """The entries of a booked transfer."""

    def test_is_two_lines_for_each_leg_and_a_running_balance_where_there_is_one(self) -> None:
        legs = (self.alice, self.pounds, 1000), (self.euros, self.carla, 1170)
        transfer = Transfer.objects.get(pk=self.ask(*legs).transfer_id)
        self.assertEqual(
            _lines(transfer),
            [
                (0, self.alice, -1000, 2, 99_000),
                (1, self.pounds, 1000, None, None),
                (2, self.euros, -1170, None, None),
                (3, self.carla, 1170, 2, 118_170),
            ],
        )
        self.assertEqual((transfer.source_id, transfer.target_id), (self.alice, self.carla))

    def test_is_the_same_alone_and_among_many_where_balances_do_not_run(self) -> None:
        """A drawer pays a kiosk, and the kiosk spends what is settled. Neither has running balances."""
        kiosk, drawer = (
            create_wallet(owner=self.maker, currency="GBP", purpose=purpose) for purpose in (MERCHANT, DRAWER)
        )
        for seq, alone in enumerate((True, False), start=1):
            self.assertEqual(
                self.lines((drawer, kiosk, 500), alone=alone),
                [(0, drawer, -500, None, None), (1, kiosk, 500, None, None)],
            )
            moving_nothing(partial(settle_wallet, kiosk))
            self.assertEqual(
                self.lines((kiosk, self.alice, 200), alone=alone),
                [(0, kiosk, -200, seq, None), (1, self.alice, 200, 1 + seq, 100_000 + 200 * seq)],
            )
            row = Wallet.objects.get(pk=kiosk)
            self.assertEqual((row.settled_minor, row.seq, self.balance(kiosk)), (300 * seq, seq, 300 * seq))

    def lines(self, leg: tuple[int, int, int], *, alone: bool) -> list[tuple[Any, ...]]:
        post = partial(ledger_posting.post, self.instruction(leg), made_by=self.maker, made_at=None)
        posting = in_one_transaction(post) if alone else self.ask(leg)
        return _lines(Transfer.objects.get(pk=posting.transfer_id))

    def test_is_nothing_where_one_leg_of_several_could_not_move(self) -> None:
        first = (self.alice, self.bob, 5)
        for outcome, second in [
            ("same_wallet", (self.bob, self.bob, 5)),
            ("wrong_currency", (self.bob, self.carla, 5)),
            ("amount_out_of_range", (self.bob, self.tess, 0)),
            ("no_such_wallet", (self.bob, 10**9, 5)),
        ]:
            with self.subTest(outcome):
                self.assertEqual(self.ask(first, second).outcome, outcome)
                self.assertEqual(self.ask(second, first).outcome, outcome)

    def test_is_nothing_where_legs_are_not_in_threes(self) -> None:
        row = "(%s, 'payment', '', %s::bigint[], NULL, NULL, NULL, false)::ledger_instruction"
        for legs in (None, [], [self.alice, self.bob], [self.alice, self.bob, 5, self.tess]):
            with self.subTest(legs), connection.cursor() as cursor:

                def decide(legs: list[int] | None = legs, cursor: Any = cursor) -> Any:
                    asked = f"SELECT outcome, transfer_id FROM ledger_post(ARRAY[{row}], %s, NULL, NULL)"
                    cursor.execute(asked, [str(uuid4()), legs, self.maker])
                    return cursor.fetchall()

                ((outcome, transfer),) = in_one_transaction(decide)
                self.assertIn(outcome, IMPOSSIBLE)
                self.assertIsNone(transfer)


class Funds(Asking):
    def test_are_also_what_an_earlier_leg_brings(self) -> None:
        legs = (self.alice, self.bob, 50_000), (self.bob, self.tess, 150_000)
        self.assertEqual(self.ask(*legs).outcome, "booked")
        self.assertEqual((self.balance(self.bob), self.balance(self.tess)), (0, 250_000))
        self.assertEqual(self.ask((self.bob, self.tess, 1)).outcome, "insufficient_funds")


class AmongMany(Asking):
    def test_each_answer_is_its_own(self) -> None:
        key = uuid4()
        answers = self.ask_many(
            self.instruction((self.alice, self.bob, 1), key=key),
            self.instruction((self.alice, self.bob, 2), key=key),
            self.instruction((self.alice, 10**9, 1)),
            self.instruction((self.alice, self.euros, 1)),
            self.instruction((self.alice, self.bob, 3)),
        )
        self.assertEqual(
            [(each.outcome, each.repeated, each.differs, each.transfer_id is None) for each in answers],
            [
                ("booked", False, None, False),
                ("booked", True, "amount", False),
                ("no_such_wallet", False, None, True),
                ("wrong_currency", False, None, True),
                ("booked", False, None, False),
            ],
        )
        self.assertEqual([each.reference is None for each in answers], [False, False, True, True, False])


class AKnownKey(Asking):
    def test_with_other_content_names_what_is_other_and_moves_nothing(self) -> None:
        paid, other, hold = self.paid(), self.paid(), self.held()
        there, back = (self.alice, self.bob, 500), (self.bob, self.alice, 500)
        plain = self.instruction(there, note="rent")
        refund = self.instruction(back, kind="refund", refunds=paid)
        self.ask_many(plain, refund)
        before = self.balance(self.alice), self.balance(self.bob)
        for first, differs, again in (
            (plain, None, self.instruction(there, note="rent")),
            (plain, "kind", self.instruction(there, note="rent", kind="request")),
            (plain, "payer", self.instruction((self.tess, self.bob, 500), note="rent")),
            (plain, "payee", self.instruction((self.alice, self.tess, 500), note="rent")),
            (plain, "amount", self.instruction((self.alice, self.bob, 501), note="rent")),
            (plain, "note", self.instruction(there)),
            (plain, "hold", self.instruction(there, note="rent", hold=hold)),
            (plain, "transfer", self.instruction(back, note="rent", refunds=paid)),
            (plain, "transfer", self.instruction(note="rent", reverses=paid)),
            (refund, None, self.instruction(back, kind="refund", refunds=paid)),
            (refund, "transfer", self.instruction(back, kind="refund", refunds=other)),
        ):
            again = Instruction(**{name: getattr(again, name) for name in Instruction.__slots__} | {"key": first.key})
            with self.subTest(again):
                (posting,) = self.ask_many(again)
                self.assertEqual((posting.repeated, posting.differs), (True, differs))
        self.assertEqual((self.balance(self.alice), self.balance(self.bob)), before)


class ARefund(Asking):
    def refund(self, paid: int, *legs: tuple[int, int, int]) -> str:
        return self.ask(*legs, kind="refund", refunds=paid).outcome

    def test_goes_from_who_was_paid_to_who_paid(self) -> None:
        paid = self.paid()
        for source, target in ((self.tess, self.alice), (self.bob, self.tess)):
            with self.assertRaisesMessage(DatabaseError, "from the payee to the payer"):
                self.refund(paid, (source, target, 1))

    def test_is_of_a_payment_that_was_booked(self) -> None:
        with self.assertRaises(DatabaseError):
            self.refund(self.paid(100_001), (self.bob, self.alice, 1))

    def test_is_refused_after_an_undoing_and_not_after_one_that_was_declined(self) -> None:
        paid = self.paid(50_000)
        self.ask((self.bob, self.tess, 140_000))
        self.assertEqual(self.ask(kind="reversal", reverses=paid).outcome, "insufficient_funds")
        self.assertEqual(self.refund(paid, (self.bob, self.alice, 1)), "booked")
        undone = self.paid(1)
        self.assertEqual(self.ask(kind="reversal", reverses=undone).outcome, "booked")
        self.assertEqual(self.refund(undone, (self.bob, self.alice, 1)), "already_reversed")

    def test_is_never_more_than_was_paid_on_either_side_of_an_exchange(self) -> None:
        paid = self.ask((self.alice, self.pounds, 1000), (self.euros, self.carla, 1170)).transfer_id
        for euros, pounds, outcome in (
            (1171, 1, "more_than_paid"),
            (1, 1001, "more_than_paid"),
            (100, 300, "booked"),
            (100, 699, "booked"),
            (100, 2, "more_than_paid"),
            (971, 1, "more_than_paid"),
            (970, 1, "booked"),
        ):
            with self.subTest(euros=euros, pounds=pounds):
                legs = (self.carla, self.euros, euros), (self.pounds, self.alice, pounds)
                self.assertEqual(self.refund(paid, *legs), outcome)


class AnUndoing(Asking):
    def undo(self, transfer: int) -> Posting:
        return self.ask(kind="reversal", reverses=transfer)

    def test_turns_every_leg_round_the_last_first(self) -> None:
        done = self.ask((self.alice, self.pounds, 1000), (self.euros, self.carla, 1170)).transfer_id
        undone = Transfer.objects.get(pk=self.undo(done).transfer_id)
        self.assertEqual(undone.legs, [self.carla, self.euros, 1170, self.pounds, self.alice, 1000])

    def test_again_is_stored_as_declined(self) -> None:
        paid = self.paid()
        self.undo(paid)
        again = self.undo(paid)
        self.assertEqual(Transfer.objects.get(pk=again.transfer_id).outcome, "already_reversed")
        self.assertEqual(self.balance(self.alice), 100_000)

    def test_is_of_what_was_booked(self) -> None:
        with self.assertRaises(DatabaseError):
            self.undo(self.paid(100_001))

    def test_is_refused_after_a_refund_and_not_after_one_that_was_declined(self) -> None:
        paid = self.paid()
        for minor, refunded, undone in ((1001, "more_than_paid", "booked"), (1, "booked", "already_refunded")):
            refund = self.ask((self.bob, self.alice, minor), kind="refund", refunds=paid)
            self.assertEqual((refund.outcome, self.undo(paid).outcome), (refunded, undone))
            paid = self.paid()


class ACapture(Asking):
    def capture(self, hold: int, minor: int = 1, *, source: int = 0, target: int = 0) -> str:
        leg = source or self.alice, target or self.bob, minor
        return self.ask(leg, kind="capture", hold=hold).outcome

    def test_takes_what_was_held_though_nothing_else_is_left(self) -> None:
        hold, other = self.held(60_000), self.held(30_000)
        self.assertEqual(self.ask((self.alice, self.tess, 10_001)).outcome, "insufficient_funds")
        self.ask((self.alice, self.tess, 10_000))
        self.assertEqual([self.capture(hold, 60_000), self.capture(other, 30_000)], ["booked", "booked"])
        wallet = Wallet.objects.get(pk=self.alice)
        self.assertEqual((wallet.settled_minor, wallet.held_minor), (0, 0))

    def test_is_never_more_than_was_held(self) -> None:
        hold = self.held(500)
        self.assertEqual(self.capture(hold, 501), "more_than_held")
        self.assertTrue(Hold.objects.get(pk=hold).is_open)
        self.assertEqual(self.capture(hold, 500), "booked")

    def test_goes_from_and_to_the_wallets_of_the_hold(self) -> None:
        hold = self.held()
        for wrong in ({"source": self.tess}, {"target": self.tess}):
            with self.assertRaisesMessage(DatabaseError, "captured by its own target"):
                self.capture(hold, **wrong)

    def test_is_of_a_hold_that_was_placed(self) -> None:
        with self.assertRaises(DatabaseError):
            self.capture(10**9)

    def test_is_once_also_among_many(self) -> None:
        hold = self.held()
        twice = [self.instruction((self.alice, self.bob, 1), kind="capture", hold=hold) for _ in range(2)]
        self.assertEqual([posting.outcome for posting in self.ask_many(*twice)], ["booked", "hold_has_ended"])

    def test_comes_too_late_at_the_very_moment_of_expiry(self) -> None:
        hold = self.held()
        expiry = Hold.objects.get(pk=hold).expires_at
        name = connection.settings_dict["NAME"]
        as_owner(name, [f"UPDATE ledger_wallet SET moved_at = '{expiry.isoformat()}' WHERE id = {self.alice}"])
        self.assertEqual(self.capture(hold), "hold_has_ended")


def _lines(transfer: Transfer) -> list[tuple[Any, ...]]:
    """Its entries as (line, wallet, amount, seq, balance after)."""
    lines = transfer.entries.order_by("line")
    return list(lines.values_list("line", "wallet", "amount_minor", "seq", "balance_after_minor"))

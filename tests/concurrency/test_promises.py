"""Races of holds, refunds, undos and settling: each hold ends once, and no money is spent or returned twice."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from functools import partial
from uuid import uuid4

from ledger import jobs
from ledger.errors import InsufficientFunds
from ledger.models import Hold, Transfer
from ledger.wallets import balance_of
from payments.holds import service as holds
from payments.holds.errors import HoldHasEnded
from payments.owners import wallet_of
from payments.reversals import refunds
from payments.reversals import service as reversals
from payments.reversals.errors import CannotRefund, CannotUndo, MoreThanPaid
from payments.transfers.service import confirm
from tests.base import MoneyTestCase
from tests.cast import PIN, balance, gbp, merchant, person, quoted, sent
from tests.patience import times

from .crowd import at_once


class Promises(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob = person("alice"), person("bob")

    def hold(self, amount: str, *, lives: dt.timedelta | None = None) -> Hold:
        return holds.place_hold(
            payer=self.alice,
            payee=wallet_of(self.bob),
            amount=gbp(amount),
            note="",
            purpose=Hold.Purpose.AUTHORIZATION,
            key=uuid4(),
            pin=PIN,
            lives=lives,
        )

    def test_a_hold_ends_once_by_capture_release_or_expiry(self) -> None:
        endings: Counter[str] = Counter()
        for number in range(times(6, 24)):
            hold = self.hold("10", lives=dt.timedelta(milliseconds=1 if number % 2 else 10**6))
            outcomes = at_once(
                [
                    *[lambda hold=hold: holds.capture_hold(payee=self.bob, hold=hold, amount=gbp("4"), key=uuid4())]
                    * 4,
                    *[lambda hold=hold: holds.release_hold(by=self.bob, hold=hold)] * 2,
                    holds.expire_due_holds,
                ]
            )
            hold.refresh_from_db()
            endings[hold.status] += 1
            self.assertLessEqual(Transfer.objects.filter(hold=hold, outcome="booked").count(), 1)
            self.assertEqual(set(outcomes), {"done", HoldHasEnded.__name__})
        self.assertEqual(endings["open"], 0)
        taken = gbp("4") * endings["captured"]
        self.assertEqual((balance(self.alice), balance(self.bob)), (gbp("1000") - taken, gbp("1000") + taken))

    def test_what_is_undone_is_not_refunded_too(self) -> None:
        for _ in range(times(5, 20)):
            paid = sent(self.alice, self.bob, "100")
            outcomes = at_once(
                [
                    *[
                        lambda paid=paid: refunds.refund(
                            payee=self.bob, transfer=paid, amount=gbp("60"), key=uuid4(), pin=None
                        )
                    ]
                    * 4,
                    *[lambda paid=paid: reversals.undo(maker=self.alice, transfer=paid, key=uuid4())] * 2,
                ]
            )
            self.assertEqual(outcomes["done"], 1)
            refused = {MoreThanPaid.__name__, CannotRefund.__name__, CannotUndo.__name__, "AlreadyUndone"}
            self.assertLessEqual(set(outcomes) - {"done"}, refused)

    def test_a_merchant_spends_and_promises_no_more_than_is_settled_while_it_is_paid(self) -> None:
        kiosk = merchant()
        sent(self.alice, kiosk, "10")
        coming = [quoted(self.alice, kiosk, "1") for _ in range(8)]
        going = [quoted(kiosk, self.bob, "6") for _ in range(4)]
        promise = partial(
            holds.place_hold, payer=kiosk, payee=wallet_of(self.bob), note="", purpose="authorization", pin=None
        )
        outcomes = at_once(
            [
                *[lambda quote=quote: confirm(payer=self.alice, quote=quote, pin=None) for quote in coming],
                *[lambda quote=quote: confirm(payer=kiosk, quote=quote, pin=None) for quote in going],
                *[lambda: promise(amount=gbp("6"), key=uuid4())] * 4,
                *[jobs.settle_all] * 2,
            ]
        )
        given = Transfer.objects.filter(source__owner=kiosk, outcome="booked").count()
        promised = Hold.objects.filter(source__owner=kiosk, status="open").count()
        self.assertIn(given + promised, (1, 2, 3))  # each takes 6 pounds, and the kiosk has from 10 to 18
        self.assertEqual(outcomes, {"done": 10 + given + promised, InsufficientFunds.__name__: 8 - given - promised})
        jobs.settle_all()
        wallet = wallet_of(kiosk)
        self.assertEqual(wallet.settled, gbp("18") - gbp("6") * given)
        self.assertEqual(balance_of(wallet), wallet.settled)

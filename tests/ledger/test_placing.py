"""How the ledger's own functions place and end a hold, called without the services."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Any
from uuid import uuid4

from django.db import DatabaseError
from django.utils import timezone

from conversion.errors import KeyReused
from conversion.money import Money, currency
from ledger.errors import ClockIsWrong
from ledger.holds import Placing, end_hold, place_hold
from ledger.models import Hold, Wallet
from ledger.transactions import in_one_transaction
from payments.owners import wallet_of
from tests.base import MoneyTestCase
from tests.cast import person


def pounds(minor: int) -> Money:
    return Money(minor, currency("GBP"))


class PlacingAHold(MoneyTestCase):
    def setUp(self) -> None:
        self.alice, self.bob, self.tess = (wallet_of(person(name)).pk for name in ("alice", "bob", "tess"))
        self.asked = partial(
            place_hold,
            key=uuid4(),
            purpose="authorization",
            note="",
            source=self.alice,
            target=self.bob,
            amount=pounds(500),
            lives=dt.timedelta(days=1),
            made_by=person("alice").pk,
            made_at=None,
        )

    def place(self, **changed: Any) -> Placing:
        return in_one_transaction(partial(self.asked, **changed))

    def held(self) -> int:
        return Wallet.objects.get(pk=self.alice).held_minor

    def test_refuses_what_is_no_hold(self) -> None:
        system = Wallet.objects.get(purpose="grants", currency_code="GBP").pk
        for changed in (
            {"target": self.alice},
            {"amount": pounds(0)},
            {"amount": pounds(10**15 + 1)},
            {"lives": dt.timedelta(0)},
            {"source": system},  # a system wallet has no floor, so nothing limits its holds
        ):
            with self.subTest(changed), self.assertRaises(DatabaseError):
                self.place(**changed)
        self.assertFalse(Hold.objects.exists())

    def test_refuses_a_timestamp_far_from_its_own_clock(self) -> None:
        for minutes in (-3, 3):
            with self.subTest(minutes), self.assertRaises(ClockIsWrong):
                self.place(made_at=timezone.now() + dt.timedelta(minutes=minutes))
        self.assertEqual(self.place(made_at=timezone.now() + dt.timedelta(minutes=1)).outcome, "open")

    def test_holds_from_the_smallest_amount_to_all_there_is(self) -> None:
        for minor, outcome in ((1, "open"), (99_999, "open"), (1, "declined"), (10**15, "declined")):
            placing = self.place(key=uuid4(), amount=pounds(minor))
            self.assertEqual((placing.outcome, placing.repeated), (outcome, False))
        self.assertEqual(self.held(), 100_000)

    def test_again_under_its_key_answers_how_it_stands_now(self) -> None:
        first = self.place()
        self.assertEqual(self.place(), Placing(first.hold_id, first.reference, "open", repeated=True))
        in_one_transaction(partial(end_hold, first.hold_id, "released"))
        self.assertEqual(self.place(), Placing(first.hold_id, first.reference, "released", repeated=True))
        self.assertEqual(self.held(), 0)

    def test_a_key_is_its_makers_own(self) -> None:
        first = self.place()
        other = self.place(made_by=person("bob").pk, note="mine")
        self.assertNotEqual(other.hold_id, first.hold_id)
        self.assertEqual(self.place().hold_id, first.hold_id)

    def test_a_key_with_other_content_names_the_field(self) -> None:
        self.place()
        for field, changed in (
            ("kind", {"purpose": "two_step"}),
            ("payer", {"source": self.tess}),
            ("payee", {"target": self.tess}),
            ("amount", {"amount": pounds(501)}),
            ("note", {"note": "other"}),
            ("expiry", {"lives": dt.timedelta(days=2)}),
        ):
            with self.subTest(field), self.assertRaises(KeyReused) as refused:
                self.place(**changed)
            self.assertEqual(refused.exception.differing, field)
        self.assertEqual(self.held(), 500)

    def test_is_ended_as_released_or_expired_and_no_other_way(self) -> None:
        hold = self.place().hold_id
        for number, ending in ((hold, "captured"), (hold, "open"), (10**9, "released")):
            with self.subTest(ending), self.assertRaises(DatabaseError):
                in_one_transaction(partial(end_hold, number, ending))
        self.assertEqual(self.held(), 500)

    def test_does_not_expire_before_its_time(self) -> None:
        hold = self.place().hold_id
        self.assertEqual(in_one_transaction(partial(end_hold, hold, "expired")), "open")
        self.assertEqual(self.held(), 500)

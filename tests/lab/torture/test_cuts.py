"""Figure R3 for a top-up and a purchase: the connection is cut at each message, and the money is booked once.

The control books without the key and must be found out.
"""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from types import SimpleNamespace
from unittest import mock
from uuid import uuid4

from django.test import tag

from lab.scratch.goods import open_shop
from lab.scratch.world import Member
from lab.torture import cuts, wire
from lab.torture.figure import Attack
from ledger.posting import Instruction
from tests.base import MoneyTestCase
from tests.cast import person


class EveryOperation(MoneyTestCase):
    def test_is_possible_for_the_people_of_the_attack(self) -> None:
        racers = [SimpleNamespace(member=Member(0, person(name).pk)) for name in ("alice", "bob", "carla")]
        people = cuts.payer_payee_and_cashier(mock.Mock(spec=Attack, racers=racers))
        with mock.patch.object(cuts, "PIN", "246810"):
            for name, operation in cuts.operations_between(*people, open_shop()[1]).items():
                with self.subTest(name):
                    self.assertLessEqual(operation()().bookings, 1)


class EveryMessage(MoneyTestCase):
    def cells(self, name: str) -> Generator[tuple[str, list[str]], None, None]:
        with mock.patch.object(cuts, "PIN", "246810"), wire.through_a_wire() as line:
            operations = cuts.operations_between(person("alice"), person("bob"), person("cass"), open_shop()[1])
            yield from cuts.every_message(line, {name: operations[name]}, until=time.monotonic() + 60)

    @tag("slow")
    def test_of_a_top_up_can_be_cut_and_it_is_booked_once(self) -> None:
        self.assert_booked_once("top up")

    @tag("slow")
    def test_of_a_purchase_can_be_cut_and_it_is_booked_once(self) -> None:
        self.assert_booked_once("buy")

    @tag("slow")
    def test_of_its_undo_can_be_cut_and_it_is_booked_once(self) -> None:
        self.assert_booked_once("undo a purchase")

    def assert_booked_once(self, name: str) -> None:
        cells = list(self.cells(name))
        self.assertGreater(len(cells), 30)
        self.assertEqual([(cell, wrong) for cell, wrong in cells if wrong], [])

    def test_and_without_the_key_some_are_booked_twice(self) -> None:
        right = Instruction.as_row

        def without_its_key(instruction: Instruction) -> tuple[object, ...]:
            return (str(uuid4()), *right(instruction)[1:])

        with (
            mock.patch.object(Instruction, "as_row", without_its_key),
            closing(self.cells("top up")) as cells,
        ):
            self.assertTrue(any(found for _, found in cells))

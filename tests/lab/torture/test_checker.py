"""The history checker finds every kind of violation, in histories written by hand with one mistake each."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID, uuid4

from django.test import SimpleTestCase

from lab.torture import checker
from lab.torture.checker import Booking
from lab.torture.history import BOOKED, REFUSED, UNAVAILABLE, Operation

ALICE, BOB = 11, 12  # wallets
MAKER = 1


def seen(number: int, *, answer: str = BOOKED, told: UUID | None = None) -> tuple[Operation, Booking]:
    """An operation from second `number` to `number` + 0.9, and its booking, which is entry `number` of both wallets."""
    key, reference = uuid4(), told or uuid4()
    operation = Operation("send", MAKER, key, ALICE, BOB, 100, began=number, ended=number + 0.9, answer=answer)
    operation.told.append(reference)
    return operation, Booking(reference, MAKER, key, ALICE, BOB, 100, True, {ALICE: number, BOB: number})


class TheChecker(SimpleTestCase):
    def setUp(self) -> None:
        pairs = [seen(number) for number in range(1, 6)]
        self.operations, self.bookings = [pair[0] for pair in pairs], [pair[1] for pair in pairs]

    def finds(self, *words: str) -> None:
        found = checker.compare(self.operations, self.bookings)
        self.assertEqual(len(found), len(words), found)
        for line, word in zip(found, words, strict=True):
            self.assertIn(word, line)

    def test_has_nothing_to_say_about_a_good_history(self) -> None:
        self.finds()

    def test_an_acknowledged_transfer_that_is_not_there(self) -> None:
        del self.bookings[2]
        self.finds("acknowledged and lost")

    def test_one_that_was_booked_twice(self) -> None:
        self.bookings.append(replace(self.bookings[2], reference=uuid4(), seqs={}))
        self.finds("booked 2 times")

    def test_one_that_was_refused_and_booked(self) -> None:
        self.operations[2].answer = REFUSED
        self.finds("refused and booked")

    def test_one_of_which_it_was_said_that_nothing_was_booked(self) -> None:
        self.operations[2].answer = UNAVAILABLE
        self.finds("said that nothing was booked")
        self.operations[2].in_doubt = True  # an earlier try got no answer, and may have booked it
        self.finds()

    def test_one_nobody_asked_for(self) -> None:
        del self.operations[2]
        self.finds("nobody asked for it")

    def test_another_amount(self) -> None:
        self.bookings[2] = replace(self.bookings[2], minor=99)
        self.finds("otherwise than asked")

    def test_two_different_receipts(self) -> None:
        self.operations[2].told.append(uuid4())
        self.finds("2 different receipts")

    def test_one_that_overtook_another_already_acknowledged(self) -> None:
        self.bookings[1] = replace(self.bookings[1], seqs={ALICE: 4, BOB: 2})
        self.bookings[3] = replace(self.bookings[3], seqs={ALICE: 2, BOB: 4})
        found = checker.compare(self.operations, self.bookings)
        self.assertTrue(found and all(f"wallet {ALICE}" in line for line in found), found)

    def test_those_that_ran_side_by_side_may_stand_in_any_order(self) -> None:
        for operation in self.operations:
            operation.began, operation.ended = 0, 10
        self.bookings[1] = replace(self.bookings[1], seqs={ALICE: 4, BOB: 4})
        self.bookings[3] = replace(self.bookings[3], seqs={ALICE: 2, BOB: 2})
        self.finds()

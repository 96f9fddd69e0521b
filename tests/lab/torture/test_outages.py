"""An outage finds what must not be seen of it, in observations written by hand with one mistake each."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from uuid import uuid4

from django.test import SimpleTestCase

from lab.torture import outages
from lab.torture.history import BOOKED, UNAVAILABLE, History, Operation
from lab.torture.outages import Outage

OUTAGE = Outage("clock", nullcontext, lasts_s=3.0, books_nothing=True, says=("clock_wrong",))
BEGAN, UNTIL = 100.0, 103.0


def operation(began: float, ended: float, answer: str, *heard: str) -> Operation:
    return Operation("send", 1, uuid4(), 11, 12, 100, began=began, ended=ended, answer=answer, heard=list(heard))


class AnOutage(SimpleTestCase):
    def setUp(self) -> None:
        self.operations = [
            operation(99.0, 99.5, BOOKED),
            operation(100.5, 103.5, BOOKED, "clock_wrong", "clock_wrong"),
            operation(101.0, 102.0, UNAVAILABLE, "clock_wrong"),
        ]

    def wrong(self, outage: Outage = OUTAGE, *, red_s: float | None = 0.1) -> list[str]:
        return outages._wrong_meanwhile(outage, self.operations, began=BEGAN, until=UNTIL, red_s=red_s)

    def test_as_it_must_be_is_without_a_word(self) -> None:
        self.assertEqual(self.wrong(), [])

    def test_that_readyz_does_not_show(self) -> None:
        self.assertEqual(self.wrong(red_s=None), ["/readyz never answered 503"])
        self.assertEqual(self.wrong(replace(OUTAGE, turns_red=False), red_s=None), [])

    def test_in_which_something_is_booked(self) -> None:
        self.operations.append(operation(100.1, 102.9, BOOKED))
        self.assertEqual(self.wrong(), ["1 payments were booked meanwhile"])
        self.assertEqual(self.wrong(replace(OUTAGE, books_nothing=False)), [])

    def test_of_which_members_hear_something_else(self) -> None:
        self.assertEqual(self.wrong(replace(OUTAGE, says=("disk_full", "busy"))), ["nobody heard disk_full or busy"])

    def test_after_which_it_does_not_come_back_in_time(self) -> None:
        self.assertEqual(outages._not_back(9.9, 10.0), [])
        self.assertEqual(
            outages._not_back(10.1, None), ["until ready again: 10.1 s", "until a payment was booked: not in 60 s"]
        )


class TheFirstBooking(SimpleTestCase):
    def test_is_of_an_operation_that_began_after_the_fault(self) -> None:
        history = History()
        history.operations += [operation(99.0, 105.0, BOOKED), operation(103.5, 107.0, BOOKED)]
        self.assertEqual(history.booked_after(103.0), 107.0)
        history.operations.append(operation(103.1, 104.0, BOOKED))
        self.assertEqual(history.booked_after(103.0), 104.0)
        self.assertIsNone(history.booked_after(200.0))

"""The limiter: some tries at once, then one more in each interval, however they come."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from django.db import connection, connections
from django.test import RequestFactory

from tests.base import MoneyTestCase
from web.errors import TooManyTries
from web.limits import Limit, Try, forget_the_full, origin_of, take
from web.models import Allowance

THREE = Limit("three", 3, 60)


class ALimit(MoneyTestCase):
    def later(self, seconds: float) -> None:
        """Time passes for every subject."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE web_allowance SET full_again_at = full_again_at - %s * interval '1 second'", [seconds]
            )

    def taken(self, times: int, *subject: object) -> int:
        """How many of so many tries are allowed."""
        return sum(self.is_allowed(*subject) for _ in range(times))

    def is_allowed(self, *subject: object) -> bool:
        try:
            take(THREE, *subject)
        except TooManyTries:
            return False
        return True

    def test_allows_some_at_once_and_then_one_in_each_interval(self) -> None:
        self.assertEqual(self.taken(10, "a"), 3)
        self.later(59)
        self.assertEqual(self.taken(10, "a"), 0)
        self.later(2)
        self.assertEqual(self.taken(10, "a"), 1)
        self.later(3600)
        self.assertEqual(self.taken(10, "a"), 3)

    def test_is_for_each_subject_alone(self) -> None:
        self.taken(10, "a")
        self.assertEqual(self.taken(10, "b"), 3)
        self.assertEqual(self.taken(10, "a", "b"), 3)

    def test_says_when_the_next_try_is_allowed(self) -> None:
        self.taken(3, "a")
        with self.assertRaises(TooManyTries) as refused:
            take(THREE, "a")
        self.assertAlmostEqual(refused.exception.wait_s, 60, delta=2)
        self.assertIn("(in ", str(refused.exception))
        self.later(60)
        self.assertTrue(self.is_allowed("a"))

    def test_a_refused_try_costs_nothing(self) -> None:
        self.taken(1000, "a")
        self.later(180)
        self.assertEqual(self.taken(10, "a"), 3)

    def test_holds_for_many_at_once(self) -> None:
        def one(_: int) -> bool:
            try:
                return self.is_allowed("a")
            finally:
                connections.close_all()

        with ThreadPoolExecutor(12) as crowd:
            self.assertEqual(sum(crowd.map(one, range(60))), 3)

    def test_counts_a_key_once_however_often_it_is_sent_at_once(self) -> None:
        for _ in range(10):
            take(THREE, "a", key="x")
        self.assertEqual(self.taken(10, "a"), 2)
        for _ in range(5):  # refused, whoever asks again
            with self.assertRaises(TooManyTries):
                take(THREE, "a", key="x")

    def test_gives_a_key_back_once(self) -> None:
        take(THREE, "a")
        tries = [take(THREE, "a", key="x") for _ in range(5)]
        for each in tries:
            each.give_back()
        self.assertEqual(self.taken(10, "a"), 2)

    def test_gives_back_what_succeeded_and_no_more(self) -> None:
        """A guesser who signs in himself between guesses does not get them back."""
        for _ in range(2):
            take(THREE, "a")
        for _ in range(10):
            take(THREE, "a").give_back()
        self.assertEqual(self.taken(10, "a"), 1)

    def test_is_forgotten_once_it_is_full_again(self) -> None:
        self.taken(1, "a")
        self.taken(3, "b")
        self.later(61)
        self.assertEqual(forget_the_full(), 1)
        self.assertEqual([each.subject for each in Allowance.objects.all()], ["three:b"])

    def test_takes_subjects_of_any_length(self) -> None:
        self.assertIsInstance(take(THREE, "x" * 10_000), Try)
        self.assertEqual(self.taken(10, "x" * 10_000), 2)
        self.assertEqual(self.taken(10, "x" * 9_999), 3)


class AnOrigin(MoneyTestCase):
    def test_is_an_address_or_the_network_that_one_customer_has(self) -> None:
        for address, origin in (
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
            ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ):
            self.assertEqual(origin_of(RequestFactory().get("/", REMOTE_ADDR=address)), origin)

"""The search for a gain by exchanges (figure R9), in short, and controls with wrong rates, where it finds a gain."""

from __future__ import annotations

from fractions import Fraction
from unittest import mock

from django.test import SimpleTestCase

from conversion import rates
from conversion.money import Currency, Money
from lab.torture.exchange import Search


class TheSearch(SimpleTestCase):
    def test_finds_no_gain(self) -> None:
        search = Search(seed=20)
        search.run(20_000)
        self.assertGreaterEqual(search.made, 20_000)
        self.assertEqual(search.gains, [])

    def test_finds_one_where_amounts_are_rounded_to_the_nearest(self) -> None:
        def nearest(money: Money, *, to: Currency) -> Money:
            return Money(round(rates._exact_minor(money, to)), to)

        with mock.patch.object(rates, "convert", nearest):
            self.assertTrue(self.gains())

    def test_finds_one_where_the_inverse_is_a_rate_of_its_own(self) -> None:
        exact = rates.exact_rate

        def own(source: Currency, target: Currency) -> Fraction:
            return exact(source, target) * (Fraction("1.001") if source.code < target.code else 1)

        with mock.patch.object(rates, "exact_rate", own):
            self.assertTrue(self.gains())

    def gains(self) -> list[str]:
        search = Search(seed=20)
        search.run(20_000)
        return search.gains

"""Rates and rounding: no cycle of exchanges gains, whatever its path, its amount and the parts it is split into."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations, product

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from conversion import rates
from conversion.money import CURRENCIES, Currency, Money, currency

UNITS = sorted(CURRENCIES.values(), key=lambda unit: unit.code)
units = st.sampled_from(UNITS)
amounts = st.integers(1, 10**12)


def most_for(money: Money, to: Currency) -> Money:
    """The largest amount of `to` whose price by `cost_of` is at most `money`: the other way to price an exchange."""
    wanted = rates.convert(money, to=to)
    while rates.cost_of(wanted + Money(1, to), in_=money.currency) <= money:
        wanted += Money(1, to)
    return wanted


class TheTable(SimpleTestCase):
    def test_has_every_currency_and_no_other(self) -> None:
        self.assertEqual(set(rates.PER_PIVOT), set(CURRENCIES))

    def test_the_inverse_is_derived(self) -> None:
        for source, target in product(UNITS, UNITS):
            with self.subTest(f"{source.code} {target.code}"):
                self.assertEqual(rates.exact_rate(source, target) * rates.exact_rate(target, source), 1)

    def test_is_shown_to_ten_digits(self) -> None:
        self.assertEqual(rates.rate(currency("GBP"), currency("USD")), Decimal("1.27"))
        self.assertEqual(rates.rate(currency("INR"), currency("USD")), Decimal("0.01198113208"))
        self.assertEqual(rates.rate(currency("USD"), currency("GBP")), Decimal("0.7874015748"))

    def test_minor_units_of_another_size_are_reckoned_with(self) -> None:
        for source, target, worth in (("GBP", "JPY", 190), ("GBP", "KWD", 390), ("JPY", "KWD", 2), ("KWD", "PTS", 256)):
            with self.subTest(f"{source} {target}"):
                one = Money.of("1", source)
                self.assertEqual(rates.convert(one, to=currency(target)), Money(worth, currency(target)))


class NoCycleGains(SimpleTestCase):
    def test_over_every_pair_and_triangle(self) -> None:
        for minor in (1, 2, 3, 7, 99, 100, 101, 12345, 10**9 + 7):
            for path in (*permutations(UNITS, 2), *permutations(UNITS, 3)):
                money = Money(minor, path[0])
                for unit in (*path[1:], path[0]):
                    money = rates.convert(money, to=unit)
                self.assertLessEqual(money.minor, minor, [unit.code for unit in path])

    @given(st.lists(st.tuples(units, st.booleans()), min_size=1, max_size=8), units, amounts)
    def test_over_any_path_by_either_way_of_asking(
        self, path: list[tuple[Currency, bool]], start: Currency, minor: int
    ) -> None:
        money = Money(minor, start)
        for unit, by_price in (*path, (start, True)):
            money = most_for(money, unit) if by_price else rates.convert(money, to=unit)
        self.assertLessEqual(money.minor, minor)

    @given(units, units, st.lists(st.integers(1, 10**6), min_size=1, max_size=30))
    def test_by_cutting_an_amount_up(self, source: Currency, target: Currency, pieces: list[int]) -> None:
        total = Money(0, target)
        for piece in pieces:
            total += rates.convert(Money(piece, source), to=target)
        self.assertLessEqual(total, rates.convert(Money(sum(pieces), source), to=target))

    @given(units, units, st.integers(1, 10**6))
    def test_by_cutting_it_into_minor_units(self, source: Currency, target: Currency, minor: int) -> None:
        pieces = rates.convert(Money(1, source), to=target) * minor
        self.assertLessEqual(pieces, rates.convert(Money(minor, source), to=target))

    @given(units, units, st.lists(st.integers(1, 10**6), min_size=1, max_size=30))
    def test_by_buying_in_pieces(self, source: Currency, target: Currency, pieces: list[int]) -> None:
        price = sum((rates.cost_of(Money(piece, target), in_=source).minor for piece in pieces), 0)
        self.assertGreaterEqual(price, rates.cost_of(Money(sum(pieces), target), in_=source).minor)


class WhatItCosts(SimpleTestCase):
    @given(units, units, amounts)
    def test_is_enough_and_no_more(self, source: Currency, target: Currency, minor: int) -> None:
        wanted = Money(minor, target)
        cost = rates.cost_of(wanted, in_=source)
        self.assertGreaterEqual(rates.convert(cost, to=target), wanted)
        self.assertLess(rates.convert(cost - Money(1, source), to=target), wanted)

    @given(units, amounts)
    def test_within_a_currency_is_itself(self, unit: Currency, minor: int) -> None:
        money = Money(minor, unit)
        self.assertEqual((rates.convert(money, to=unit), rates.cost_of(money, in_=unit)), (money, money))

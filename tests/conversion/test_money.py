from __future__ import annotations

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from conversion import rates
from conversion.money import CURRENCIES, AmountError, CurrencyMismatch, Money, currency, format_money, parse_amount

currencies = st.sampled_from(sorted(CURRENCIES.values(), key=lambda unit: unit.code))
amounts = st.integers(1, 10**12)
GBP, JPY, KWD = currency("GBP"), currency("JPY"), currency("KWD")


class MoneyIsExact(SimpleTestCase):
    def test_refuses_floats_booleans_and_other_currencies(self) -> None:
        for wrong in (1.5, True, "1"):
            with self.subTest(wrong), self.assertRaises(TypeError):
                Money(wrong, GBP)  # type: ignore[arg-type]
        with self.assertRaises(CurrencyMismatch):
            Money(1, GBP) + Money(1, JPY)

    def test_writes_itself_with_the_currencys_decimals(self) -> None:
        self.assertEqual([str(Money(1230, unit)) for unit in (GBP, JPY, KWD)], ["12.30 GBP", "1230 JPY", "1.230 KWD"])
        self.assertEqual(format_money(Money(123450, GBP), "en_GB"), "£1,234.50")

    def test_reads_what_people_type(self) -> None:
        for typed, unit, minor in (
            ("24.70", GBP, 2470),
            ("24,70", GBP, 2470),
            (" 30 ", GBP, 3000),
            (".5", GBP, 50),
            ("1,234.50", GBP, 123450),
            ("1.234,50", GBP, 123450),
            ("1,234,567", JPY, 1234567),
            ("1.234", KWD, 1234),
            ("0.005", KWD, 5),
        ):
            with self.subTest(typed):
                self.assertEqual(parse_amount(typed, unit), Money(minor, unit))

    def test_refuses_what_cannot_be_meant_and_says_which(self) -> None:
        for typed, unit, code in (
            ("", GBP, "amount_missing"),
            ("1e2", GBP, "amount_unreadable"),
            ("1_000", GBP, "amount_unreadable"),
            ("１０", GBP, "amount_unreadable"),
            ("١٠", GBP, "amount_unreadable"),
            ("+5", GBP, "amount_unreadable"),
            ("NaN", GBP, "amount_unreadable"),
            ("1,23,4", GBP, "amount_unreadable"),
            ("1,234", GBP, "amount_ambiguous"),
            ("1.234", GBP, "amount_ambiguous"),
            ("0.005", GBP, "amount_too_precise"),
            ("1.5", JPY, "amount_too_precise"),
            ("0", GBP, "amount_not_positive"),
            ("-5", GBP, "amount_not_positive"),
            ("1" + "0" * 30, GBP, "amount_too_large"),
        ):
            with self.subTest(typed), self.assertRaises(AmountError) as refused:
                parse_amount(typed, unit)
            self.assertEqual(refused.exception.code, code)


class NoCycleGains(SimpleTestCase):
    @given(currencies, currencies, amounts)
    def test_there_and_back(self, source, target, minor) -> None:
        money = Money(minor, source)
        self.assertLessEqual(rates.convert(rates.convert(money, to=target), to=source), money)

    @given(currencies, currencies, currencies, amounts)
    def test_round_a_triangle(self, first, second, third, minor) -> None:
        money = Money(minor, first)
        round_trip = rates.convert(rates.convert(rates.convert(money, to=second), to=third), to=first)
        self.assertLessEqual(round_trip, money)

    @given(currencies, currencies, st.integers(1, 500))
    def test_splitting_into_minor_units(self, source, target, minor) -> None:
        pieces = rates.convert(Money(1, source), to=target) * minor
        self.assertLessEqual(pieces, rates.convert(Money(minor, source), to=target))

    @given(currencies, currencies, amounts)
    def test_what_it_costs_is_enough_and_no_more(self, source, target, minor) -> None:
        wanted = Money(minor, target)
        cost = rates.cost_of(wanted, in_=source)
        self.assertGreaterEqual(rates.convert(cost, to=target), wanted)
        self.assertLess(rates.convert(Money(cost.minor - 1, source), to=target), wanted)


class TheService(SimpleTestCase):
    def test_answers_with_rate_and_amount(self) -> None:
        answer = self.client.get("/conversion/GBP/usd/30.00")
        self.assertEqual(
            answer.json(), {"from": "GBP", "to": "USD", "amount": "30.00", "rate": "1.27", "converted_amount": "38.10"}
        )

    def test_refuses_with_the_right_status(self) -> None:
        for path, status in (("XXX/USD/1", 404), ("GBP/XXX/1", 404), ("GBP/USD/abc", 400), ("GBP/USD/-1", 400)):
            with self.subTest(path):
                self.assertEqual(self.client.get(f"/conversion/{path}").status_code, status)
        self.assertEqual(self.client.post("/conversion/GBP/USD/1").status_code, 405)

"""Money calculates exactly, and amounts that people or programs write are parsed by one grammar each."""

from __future__ import annotations

import operator
from decimal import Decimal
from typing import Any

from django.test import SimpleTestCase
from hypothesis import given
from hypothesis import strategies as st

from conversion.errors import InvalidAmount
from conversion.money import (
    CURRENCIES,
    LARGEST_MINOR,
    Currency,
    CurrencyMismatch,
    Money,
    UnknownCurrency,
    currency,
    format_money,
)
from conversion.parsing import parse_amount, parse_plain_amount

currencies = st.sampled_from(sorted(CURRENCIES.values(), key=lambda unit: unit.code))
GBP, JPY, KWD = currency("GBP"), currency("JPY"), currency("KWD")


class MoneyIsExact(SimpleTestCase):
    def test_refuses_floats_booleans_and_other_currencies(self) -> None:
        for wrong in (1.5, True, "1"):
            with self.subTest(wrong), self.assertRaises(TypeError):
                Money(wrong, GBP)  # type: ignore[arg-type]
        with self.assertRaises(CurrencyMismatch):
            Money(1, GBP) + Money(1, JPY)
        with self.assertRaises(TypeError):
            Money(1, GBP) + 1  # type: ignore[operator]

    @given(st.integers(-3, 3), st.integers(-3, 3))
    def test_reckons_and_compares_as_its_minor_units_do(self, one: int, other: int) -> None:
        pair = Money(one, GBP), Money(other, GBP)
        for reckon in (operator.add, operator.sub):
            self.assertEqual(reckon(*pair), Money(reckon(one, other), GBP))
        for change in (operator.neg, abs):
            self.assertEqual(change(pair[0]), Money(change(one), GBP))
        for compare in (operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne):
            self.assertIs(compare(*pair), compare(one, other))
        self.assertIs(bool(pair[0]), bool(one))

    def test_writes_itself_with_the_currencys_decimals(self) -> None:
        self.assertEqual([str(Money(1230, unit)) for unit in (GBP, JPY, KWD)], ["12.30 GBP", "1230 JPY", "1.230 KWD"])
        self.assertEqual(format_money(Money(123450, GBP), "en_GB"), "£1,234.50")

    def test_refuses_what_is_no_amount_of_the_currency(self) -> None:
        for wrong in (
            "0.001",
            "abc",
            "",
            "NaN",
            "sNaN",
            "Infinity",
            "1e999999999",
            "1e-999999999",
            "1." + "0" * 30 + "1",
        ):
            with self.subTest(wrong), self.assertRaises(ValueError):
                Money.of(wrong, "GBP")
        for no_text in (1, 1.5, True, None):
            with self.subTest(no_text), self.assertRaises(TypeError):
                Money.of(no_text, "GBP")  # type: ignore[arg-type]

    def test_is_read_up_to_twenty_six_digits_of_minor_units(self) -> None:
        self.assertEqual(Money.of("1e25", "JPY"), Money(10**25, JPY))
        with self.assertRaises(ValueError):
            Money.of("1e26", "JPY")

    def test_refuses_to_order_or_subtract_across_currencies_and_to_multiply_by_parts(self) -> None:
        for wrong in (lambda: Money(1, GBP) < Money(1, JPY), lambda: Money(1, GBP) - Money(1, JPY)):
            with self.assertRaises(CurrencyMismatch):
                wrong()
        factor: Any
        for factor in (0.5, True, Decimal(2)):
            with self.subTest(factor), self.assertRaises(TypeError):
                Money(1, GBP) * factor
        self.assertNotEqual(Money(1, GBP), Money(1, JPY))
        self.assertEqual(2 * Money(3, GBP), Money(6, GBP))

    def test_knows_a_currency_by_its_code_whatever_the_case(self) -> None:
        self.assertEqual(currency("gbp"), GBP)
        for wrong in ("XXX", "", "ınr", "ſek", "GBP ", None, 826):
            with self.subTest(wrong), self.assertRaises(UnknownCurrency):
                currency(wrong)  # type: ignore[arg-type]

    def test_is_written_as_the_reader_is_used_to(self) -> None:
        for money, locale, written in (
            (Money(123450, currency("EUR")), "de", "1.234,50\xa0€"),
            (Money(123450, currency("EUR")), "de-at", "€\xa01.234,50"),
            (Money(-123450, GBP), "en-gb", "−£1,234.50"),
            (Money(1234, JPY), "en", "¥1,234"),
            (Money(1230, KWD), "de", "1,230\xa0KWD"),
            (Money(1234, currency("PTS")), "en-gb", "1,234 PTS"),
            (Money(123_400_00, Currency("HRS", 2, "Hours", is_iso=False)), "en-gb", "123,400.00 HRS"),
            (Money(123_400_50, Currency("HRS", 2, "Hours", is_iso=False)), "de", "123.400,50 HRS"),
            (Money(-5, Currency("HRS", 2, "Hours", is_iso=False)), "en-in", "−0.05 HRS"),
            (Money(100, GBP), "no such language", "£1.00"),
        ):
            with self.subTest(f"{money} {locale}"):
                self.assertEqual(format_money(money, locale), written)

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
            ("123,456,789", JPY, 123456789),
            ("10000000000000.00", GBP, LARGEST_MINOR),
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
            ("-", GBP, "amount_unreadable"),
            ("--5", GBP, "amount_unreadable"),
            ("- 5", GBP, "amount_unreadable"),
            ("£5", GBP, "amount_unreadable"),
            ("5.", GBP, "amount_unreadable"),
            ("5\n", GBP, "amount_unreadable"),
            ("1.234.56,7", GBP, "amount_unreadable"),
            ("1234,567,890", JPY, "amount_unreadable"),
            ("1,234.567,890", JPY, "amount_unreadable"),
            ("5X", GBP, "amount_unreadable"),
            ("9" * 10_000, GBP, "amount_unreadable"),
            ("1,234", KWD, "amount_ambiguous"),
            ("1,234", JPY, "amount_ambiguous"),
            ("   ", GBP, "amount_missing"),
            ("1" + "0" * 30, GBP, "amount_too_large"),
            ("10000000000000.01", GBP, "amount_too_large"),
        ):
            with self.subTest(typed), self.assertRaises(InvalidAmount) as refused:
                parse_amount(typed, unit)
            self.assertEqual(refused.exception.code, code)

    def test_an_ambiguous_amount_is_answered_with_what_to_write_instead(self) -> None:
        for unit, advice in ((GBP, r"1234 or 1\.23\.$"), (JPY, r"write 1234\.$"), (KWD, r"1234 or 1\.234\.$")):
            with self.subTest(unit.code), self.assertRaisesRegex(InvalidAmount, advice):
                parse_amount("1,234", unit)

    def test_an_amount_too_precise_is_answered_with_how_many_decimals_there_are(self) -> None:
        for unit, said in ((GBP, "2"), (JPY, "whole"), (KWD, "3")):
            with self.subTest(unit.code), self.assertRaisesRegex(InvalidAmount, said):
                parse_amount("1.23456", unit)

    def test_forty_characters_are_read_and_no_more(self) -> None:
        for parse in (parse_amount, parse_plain_amount):
            for length, code in ((40, "amount_too_large"), (41, "amount_unreadable")):
                with self.subTest(length), self.assertRaises(InvalidAmount) as refused:
                    parse("9" * length, GBP)
                self.assertEqual(refused.exception.code, code)

    @given(currencies, st.integers(1, LARGEST_MINOR))
    def test_reads_what_it_wrote(self, unit: Currency, minor: int) -> None:
        money = Money(minor, unit)
        self.assertEqual(parse_amount(f"{money.decimal:f}", unit), money)
        self.assertEqual(Money.of(f"{money.decimal:f}", unit.code), money)

    @given(currencies, st.text(max_size=20) | st.text("0123456789.,- e+_", max_size=20))
    def test_whatever_is_typed_is_read_or_refused_with_a_reason(self, unit: Currency, typed: str) -> None:
        try:
            money = parse_amount(typed, unit)
        except InvalidAmount as error:
            self.assertTrue(error.code.startswith("amount_") and error.message)
            self.assertEqual(str(error), error.message)
        else:
            self.assertTrue(0 < money.minor <= LARGEST_MINOR)


class ReadingWhatProgramsWrite(SimpleTestCase):
    @given(st.integers(1, LARGEST_MINOR), currencies)
    def test_what_is_written_is_read_again(self, minor: int, unit: Currency) -> None:
        money = Money(minor, unit)
        self.assertEqual(parse_plain_amount(f"{money.decimal:f}", unit), money)

    @given(st.text(alphabet="0123456789.,-+eE_ \u0661\uff11\n", max_size=12), currencies)
    def test_whatever_comes_is_that_amount_or_refused(self, text: str, unit: Currency) -> None:
        try:
            money = parse_plain_amount(text, unit)
        except InvalidAmount:
            return
        self.assertEqual(money.decimal, Decimal(text))
        self.assertRegex(text, r"\A(0|[1-9][0-9]*)(\.[0-9]+)?\Z")

    def test_three_decimals_are_never_thousands(self) -> None:
        self.assertEqual(parse_plain_amount("1.234", KWD), Money(1234, KWD))
        for text, unit in (("1.234", GBP), ("1.0", JPY), ("1,234", GBP)):
            with self.subTest(text), self.assertRaises(InvalidAmount):
                parse_plain_amount(text, unit)

    def test_no_amount_is_below_zero_or_zero(self) -> None:
        for text in ("-5", "-0.01", "0", "-0"):
            with self.subTest(text), self.assertRaises(InvalidAmount) as refused:
                parse_plain_amount(text, GBP)
            self.assertEqual(refused.exception.code, "amount_not_positive")

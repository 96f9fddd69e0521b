"""Currencies, and money: whole minor units of one currency. Floats and sums of two currencies are errors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal
from django.utils.translation import get_language, to_locale
from iso4217 import Currency as Iso

LARGEST_MINOR = 10**15  # the largest amount that can be booked; `ledger_largest_amount` is the same number in SQL
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])  # raises an error instead of rounding


class UnknownCurrency(ValueError):
    """The code is not that of a currency in CURRENCIES."""


class CurrencyMismatch(TypeError):
    """Amounts of two currencies in one operation."""


@dataclass(frozen=True, slots=True)
class Currency:
    """A currency. `exponent` is its number of decimal places: 2 for GBP, 0 for JPY, 3 for KWD."""

    code: str
    exponent: int
    name: str
    is_iso: bool = True


def _iso(code: str) -> Currency:
    found = Iso(code)
    assert found.exponent is not None, f"{code} has no minor unit"
    return Currency(code, found.exponent, found.currency_name)


CURRENCIES: dict[str, Currency] = {
    code: _iso(code) for code in ("GBP", "USD", "EUR", "CHF", "JPY", "KWD", "SEK", "PLN", "INR", "AUD")
} | {"PTS": Currency("PTS", 0, "Points", is_iso=False)}


# Finds a unit by its code that nobody may choose any more. `apps.py` fills it, since such units are in the database.
closed_units: list[Callable[[str], Currency | None]] = []


def currency(code: str) -> Currency:
    """The currency with this code, in capital or small letters. Raises UnknownCurrency."""
    if not isinstance(code, str) or not code.isascii():  # "ınr".upper() is "INR": a dotless i is not ASCII
        raise UnknownCurrency(code)
    if found := CURRENCIES.get(code.upper()):
        return found
    for closed_unit in closed_units:
        if found := closed_unit(code.upper()):
            return found
    raise UnknownCurrency(code)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount: `minor` whole minor units of `currency`. It can be negative, for example as a balance."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"money is a whole number of minor units, not {self.minor!r}")

    @classmethod
    def of(cls, amount: str | Decimal, code: str) -> Money:
        """Money from a decimal number and a currency code, as `Money.of("12.30", "GBP")`.

        Raises ValueError if the amount is no number or has more decimal places than the currency, UnknownCurrency for
        an unknown code, and TypeError for a float.
        """
        unit = currency(code)
        if not isinstance(amount, str | Decimal):
            raise TypeError("an amount is a string or a Decimal")
        scaled = _scaled(amount, unit)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{amount} is finer than the minor unit of {unit.code}")
        return cls(int(scaled), unit)

    @property
    def code(self) -> str:
        return self.currency.code

    @property
    def decimal(self) -> Decimal:
        """The amount in whole units, such as pounds, with all decimal places of the currency."""
        return Decimal(self.minor).scaleb(-self.currency.exponent)

    def __str__(self) -> str:
        return f"{self.decimal:f} {self.code}"

    def __bool__(self) -> bool:
        return self.minor != 0

    def __neg__(self) -> Money:
        return Money(-self.minor, self.currency)

    def __abs__(self) -> Money:
        return Money(abs(self.minor), self.currency)

    def __add__(self, other: Money) -> Money:
        return Money(self.minor + self._minor_of(other), self.currency)

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor - self._minor_of(other), self.currency)

    def __mul__(self, times: int) -> Money:
        if type(times) is not int:
            raise TypeError("money is multiplied by whole numbers only")
        return Money(self.minor * times, self.currency)

    __rmul__ = __mul__

    def __lt__(self, other: Money) -> bool:
        return self.minor < self._minor_of(other)

    def __le__(self, other: Money) -> bool:
        return self.minor <= self._minor_of(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor > self._minor_of(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor >= self._minor_of(other)

    def _minor_of(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(f"money and {type(other).__name__} do not mix")
        if other.currency != self.currency:
            raise CurrencyMismatch(f"{self.code} and {other.code} do not mix")
        return other.minor


def _scaled(amount: str | Decimal, unit: Currency) -> Decimal:
    """The amount in minor units, not rounded. Raises ValueError if it is no finite number, or too long."""
    try:
        scaled = Decimal(amount).scaleb(unit.exponent, context=EXACT)
    except (InvalidOperation, Inexact):
        raise ValueError(f"{amount} is not an amount") from None
    if not scaled.is_finite() or scaled.adjusted() > 25:  # int() of 1e999999999 would never end
        raise ValueError(f"{amount} is not an amount")
    return scaled


def format_money(money: Money, locale: str | None = None) -> str:
    """The amount as the reader's language writes it, such as £1,234.50 or 1.234,50 €; below zero with a minus sign."""
    where = _locale(locale or get_language() or "en-gb")
    return _written(money, where).replace("-", "−")  # Babel writes a hyphen, at which a line may break


def _written(money: Money, where: Locale) -> str:
    if money.currency.is_iso:
        return format_currency(money.decimal, money.code, locale=where, currency_digits=True)
    # Without a pattern of our own, Babel leaves out zeros at the end: 2.5 instead of 2.50.
    whole = where.decimal_formats[None].pattern.partition(".")[0]
    pattern = f"{whole}.{'0' * money.currency.exponent}" if money.currency.exponent else whole
    return f"{format_decimal(money.decimal, pattern, locale=where)} {money.currency.code}"


@lru_cache(maxsize=128)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(to_locale(name))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")

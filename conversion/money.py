"""Money: an amount in whole minor units of one currency. Never a float, never two currencies in one sum."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Context, Decimal, Inexact, InvalidOperation
from functools import lru_cache

from babel.core import Locale, UnknownLocaleError
from babel.numbers import format_currency, format_decimal
from django.utils.translation import get_language, to_locale
from iso4217 import Currency as Iso

LARGEST_MINOR = 10**15
EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])  # refuses rather than rounds


class UnknownCurrency(ValueError):
    """No such currency is in use here."""


class CurrencyMismatch(TypeError):
    """Two currencies in one operation."""


@dataclass(frozen=True, slots=True)
class Currency:
    """`exponent` is the number of decimal places of its minor unit: 2 for GBP, 0 for JPY, 3 for KWD."""

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


def currency(code: str) -> Currency:
    """By its code, whatever the case. Raises UnknownCurrency."""
    if not isinstance(code, str) or not code.isascii():  # "ınr".upper() is "INR"
        raise UnknownCurrency(code)
    try:
        return CURRENCIES[code.upper()]
    except KeyError:
        raise UnknownCurrency(code) from None


@dataclass(frozen=True, slots=True)
class Money:
    """`minor` whole minor units of `currency`; negative where a balance is."""

    minor: int
    currency: Currency

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"money is a whole number of minor units, not {self.minor!r}")

    @classmethod
    def of(cls, amount: str | Decimal, code: str) -> Money:
        """`Money.of("12.30", "GBP")`. Raises ValueError where it is no number, or finer than the minor unit."""
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
    """In minor units, exactly. Raises ValueError."""
    try:
        scaled = Decimal(amount).scaleb(unit.exponent, context=EXACT)
    except (InvalidOperation, Inexact):
        raise ValueError(f"{amount} is not an amount") from None
    if not scaled.is_finite() or scaled.adjusted() > 25:  # int() of 1e999999999 would never end
        raise ValueError(f"{amount} is not an amount")
    return scaled


def format_money(money: Money, locale: str | None = None) -> str:
    """As the reader's language writes it: £1,234.50 or 1.234,50 €."""
    where = _locale(locale or get_language() or "en-gb")
    if money.currency.is_iso:
        return format_currency(money.decimal, money.code, locale=where, currency_digits=True)
    return f"{format_decimal(money.decimal, locale=where)} {money.currency.code}"


@lru_cache(maxsize=128)
def _locale(name: str) -> Locale:
    try:
        return Locale.parse(to_locale(name))
    except (UnknownLocaleError, ValueError):
        return Locale("en", "GB")

"""The built-in rates, one mid-rate for each currency against the pivot currency (GBP), and arithmetic with rates.

An installation may have other rates (`table.py`). Rates between two other currencies, and inverse rates, are computed
as exact fractions. Only amounts are rounded, in the system's favour. So no cycle of exchanges can gain money.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from .money import Currency, Money

PIVOT = "GBP"
PER_PIVOT: dict[str, str] = {  # how much of each currency one pound is
    "GBP": "1",
    "USD": "1.2700",
    "EUR": "1.1700",
    "CHF": "1.1200",
    "JPY": "190.00",
    "KWD": "0.3900",
    "SEK": "13.400",
    "PLN": "5.0500",
    "INR": "106.00",
    "AUD": "1.9300",
    "PTS": "100",
}
SHOWN = Context(prec=10, rounding=ROUND_HALF_EVEN)


def exact_rate(source: Currency, target: Currency) -> Fraction:
    """How many units of `target` one unit of `source` is worth, by the built-in rates."""
    return Fraction(PER_PIVOT[target.code]) / Fraction(PER_PIVOT[source.code])


def rate(source: Currency, target: Currency) -> Decimal:
    """`exact_rate` as it is shown."""
    return shown(exact_rate(source, target))


def shown(exact: Fraction) -> Decimal:
    """A rate, rounded to ten significant digits. It is only shown; amounts are computed with the exact rate."""
    return SHOWN.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def convert(money: Money, *, to: Currency, at: Fraction | None = None) -> Money:
    """What `money` is worth in `to`, rounded down to its minor unit.

    `at` is how many units of `to` one unit of the money's currency is worth; None: by the built-in rates.
    """
    exact = _exact_minor(money, to, at)
    return Money(exact.numerator // exact.denominator, to)


def cost_of(target: Money, *, in_: Currency, at: Fraction | None = None) -> Money:
    """What must be paid in `in_` so that the payee receives `target`, rounded up to its minor unit.

    `at` is how many units of `in_` one unit of the target's currency is worth; None: by the built-in rates.
    """
    exact = _exact_minor(target, in_, at)
    return Money(-(-exact.numerator // exact.denominator), in_)  # // rounds down; the two signs make it round up


def _exact_minor(money: Money, to: Currency, at: Fraction | None = None) -> Fraction:
    scale = Fraction(10) ** (to.exponent - money.currency.exponent)
    return money.minor * scale * (exact_rate(money.currency, to) if at is None else at)

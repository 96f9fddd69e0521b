"""The rate table: one mid-rate per currency against the pivot, so that no cycle of exchanges can gain.

Cross rates and inverses are derived exactly, as fractions; the only rounding is of the amount, in the system's favour.
"""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Context, Decimal
from fractions import Fraction

from .money import Currency, Money

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
    """How many units of `target` one unit of `source` is worth."""
    return Fraction(PER_PIVOT[target.code]) / Fraction(PER_PIVOT[source.code])


def rate(source: Currency, target: Currency) -> Decimal:
    """The same to ten significant digits: to be shown, not to be multiplied by."""
    exact = exact_rate(source, target)
    return SHOWN.divide(Decimal(exact.numerator), Decimal(exact.denominator))


def convert(money: Money, *, to: Currency) -> Money:
    """What `money` is worth in `to`, rounded down to its minor unit."""
    exact = _exact_minor(money, to)
    return Money(exact.numerator // exact.denominator, to)


def cost_of(target: Money, *, in_: Currency) -> Money:
    """What must be paid in `in_` so that `target` can be handed out, rounded up to its minor unit."""
    exact = _exact_minor(target, in_)
    return Money(-(-exact.numerator // exact.denominator), in_)


def _exact_minor(money: Money, to: Currency) -> Fraction:
    scale = Fraction(10) ** (to.exponent - money.currency.exponent)
    return money.minor * scale * exact_rate(money.currency, to)

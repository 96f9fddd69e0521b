"""Numbers of the JSON wallet: amounts as JSON numbers, ids as whole numbers. No amount is calculated as a float.

What comes in is read by its characters: 115.6 is these five, and exponents are refused. What goes out is the float that
is nearest to the decimal number. Up to fifteen digits it is written with exactly the same digits. (IEEE 754: a double
keeps every decimal number of fifteen significant digits.) A longer amount goes out as text.
"""

from __future__ import annotations

import re
from uuid import UUID

from conversion.errors import AmountMissing, AmountUnreadable
from conversion.money import Currency, Money
from conversion.parsing import parse_plain_amount

EXACT_DIGITS = 15
LARGEST_ID = 2**63 - 1
DIGITS = re.compile(r"[0-9]{1,19}", re.ASCII)


class Number(str):
    """The text of a JSON number, as it was sent."""


def amount_in(value: object, unit: Currency) -> Money:
    """The amount, from a JSON number or a text. Raises AmountMissing, AmountUnreadable, NotPositive and the like."""
    if value is None:
        raise AmountMissing
    if not isinstance(value, str):
        raise AmountUnreadable
    return parse_plain_amount(value, unit)


def amount_out(money: Money) -> float | str:
    """The amount as a number; as text where a float could not tell it exactly."""
    text = f"{money.decimal:f}"
    return float(text) if len(str(abs(money.minor))) <= EXACT_DIGITS else text


def id_in(value: object) -> int | UUID | None:
    """The id, from a whole number, its text, or a UUID. None where it is none of these."""
    if not isinstance(value, str):
        return None
    if DIGITS.fullmatch(value):
        return int(value) if int(value) <= LARGEST_ID else None
    try:
        return UUID(value)
    except ValueError:
        return None

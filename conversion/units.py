"""The installation's own unit: one currency, such as hours or beans, beside those of ISO 4217.

Settings name it. What becomes of a unit that they no longer name is in `closed_units.py`.
"""

from __future__ import annotations

import re
from decimal import Decimal
from functools import cache

from iso4217 import Currency as Iso

from .money import CURRENCIES, Currency
from .rates import PER_PIVOT

CODE = re.compile(r"[A-Z]{3,8}", re.ASCII)
RATE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,12})?", re.ASCII)
MOST_DECIMALS = 4
LONGEST_NAME = 40


class ImpossibleUnit(ValueError):
    """The settings name a unit that cannot be. The text says which setting is wrong, and why."""


def open_unit(*, code: str, name: str, decimals: int, per_pivot: str) -> None:
    """Adds the unit to the currencies that people choose from. `per_pivot`: how many units one pound is worth.

    Raises ImpossibleUnit. The same unit may be opened again.
    """
    if not CODE.fullmatch(code):
        raise ImpossibleUnit(f"OWN_UNIT={code}: it is three to eight capital letters, as BEAN")
    if code in iso_codes() or (code in CURRENCIES and CURRENCIES[code] != Currency(code, decimals, name, is_iso=False)):
        raise ImpossibleUnit(f"OWN_UNIT={code}: there is such a currency already. Choose another code")
    if not 0 < len(name) <= LONGEST_NAME or not name.isprintable():
        raise ImpossibleUnit(
            f"OWN_UNIT_NAME={name}: it is what people call the unit, as Beans, in {LONGEST_NAME} letters"
        )
    if not 0 <= decimals <= MOST_DECIMALS:
        raise ImpossibleUnit(f"OWN_UNIT_DECIMALS={decimals}: it is a number from 0 to {MOST_DECIMALS}")
    if not RATE.fullmatch(per_pivot) or not Decimal(per_pivot):
        raise ImpossibleUnit(f"OWN_UNIT_PER_POUND={per_pivot}: it is how many units one pound is worth, as 100 or 0.5")
    CURRENCIES[code], PER_PIVOT[code] = Currency(code, decimals, name, is_iso=False), per_pivot


@cache
def iso_codes() -> frozenset[str]:
    return frozenset(each.code for each in Iso)

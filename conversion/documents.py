"""Reading the documents of rate sources: the ECB's daily file, and JSON as that of ExchangeRate-API.

A document is taken as a whole or not at all. Its numbers are decimals as they are written, never floats.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NoReturn

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

from .models import Rate
from .money import CURRENCIES
from .rates import PIVOT

NUMBER = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,20})?", re.ASCII)
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
LARGEST, SMALLEST = Decimal(10) ** 12, Decimal(1).scaleb(-20)  # what a row of the table can hold


NOT_A_DOCUMENT = (
    ValueError,
    LookupError,
    TypeError,
    AttributeError,
    ArithmeticError,
    RecursionError,  # JSON of a hundred thousand opening brackets
    ParseError,
    DefusedXmlException,
)


class Unusable(Exception):
    """The document cannot be read, or says what cannot be. The text says why, without anything secret."""


@dataclass(frozen=True, slots=True)
class Document:
    """What a source says: `per_base` is how many units of each currency one unit of `base` is worth.

    It has those currencies alone that this installation knows, and always the pivot. `dated` is the source's own date.
    """

    source: str
    dated: dt.datetime
    base: str
    per_base: dict[str, Decimal]


def read(source: str, body: bytes) -> Document:
    """Reads a document of this source, one of `models.FETCHED`. Raises Unusable."""
    try:
        document = READERS[source](body)
    except NOT_A_DOCUMENT as error:
        raise Unusable(f"the document cannot be read ({type(error).__name__})") from error
    if PIVOT not in document.per_base:
        raise Unusable(f"the document has no rate of {PIVOT}, to which all others are converted")
    return document


def _ecb(body: bytes) -> Document:
    """The file of one day: `<Cube time="2026-11-25"><Cube currency="USD" rate="1.0850"/>…`, for one euro.

    The day begins at midnight (UTC), hours before the rates were known, so they never seem newer than they are.
    """
    days = [each for each in fromstring(body, forbid_dtd=True).iter() if "time" in each.attrib]
    if len(days) != 1:
        raise Unusable(f"the document has the rates of {len(days)} days instead of one")
    (day,) = days
    if not DAY.fullmatch(day.attrib["time"]):
        raise Unusable("the document has no date")
    dated = dt.datetime.combine(dt.date.fromisoformat(day.attrib["time"]), dt.time(), dt.UTC)
    pairs = [(each.attrib["currency"], each.attrib["rate"]) for each in day]
    if len(dict(pairs)) != len(pairs):
        raise Unusable("the document has a currency twice")
    return Document(Rate.Source.ECB, dated, "EUR", _ours(dict(pairs), "EUR"))


def _json(body: bytes) -> Document:
    """`{"base_code": "EUR", "conversion_rates": {"USD": 1.085, …}, "time_last_update_unix": 1795651201}`.

    "base" and "rates" are other services' names for the first two.
    """
    said: dict[str, Any] = json.loads(
        body, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_each_name_once
    )
    if said.get("result", "success") != "success":
        raise Unusable("the service answered that it failed")
    base = said["base_code"] if "base_code" in said else said["base"]
    rates = said["conversion_rates"] if "conversion_rates" in said else said["rates"]
    moment = said["time_last_update_unix"]
    if type(moment) is not int or not isinstance(base, str):
        raise Unusable("the document has no date or no base")
    return Document(Rate.Source.SERVICE, dt.datetime.fromtimestamp(moment, dt.UTC), base, _ours(rates, base))


READERS: dict[str, Callable[[bytes], Document]] = {Rate.Source.ECB: _ecb, Rate.Source.SERVICE: _json}


def _ours(rates: dict[str, Any], base: str) -> dict[str, Decimal]:
    """The rates of the currencies that this installation knows, and 1 for the base. Raises Unusable."""
    found = {code: _number(code, rates[code]) for code, unit in CURRENCIES.items() if unit.is_iso and code in rates}
    if found.setdefault(base, Decimal(1)) != 1:
        raise Unusable(f"the document says that one {base} is not one {base}")
    return found


def _number(code: str, written: object) -> Decimal:
    """The rate as a number that a row can hold. Raises Unusable."""
    if isinstance(written, str) and not NUMBER.fullmatch(written):
        raise Unusable(f"the rate of {code} is no number above zero")
    if not isinstance(written, str | int | Decimal) or isinstance(written, bool):
        raise Unusable(f"the rate of {code} is no number above zero")
    try:
        number = Decimal(written)
        if not 0 < number < LARGEST:
            raise Unusable(f"the rate of {code} is no number above zero")
        # More places than a row has are rounded. What is stored counts then, everywhere.
        exact = number if number % SMALLEST == 0 else number.quantize(SMALLEST)
    except InvalidOperation as error:
        raise Unusable(f"the rate of {code} is no number above zero") from error
    if not exact:
        raise Unusable(f"the rate of {code} is no number above zero")
    return exact


def _no_number(text: str) -> NoReturn:
    raise ValueError(text)


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name twice")
    return dict(pairs)

"""The types of single values in requests and answers, with their texts for the OpenAPI document.

An amount is text and never a JSON number, since many programs read a JSON number as a floating-point number.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable
from typing import Annotated

from django.db.models import TextChoices
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    Field,
    PlainSerializer,
    StrictInt,
    WithJsonSchema,
)
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError
from typing_extensions import TypeAliasType

from conversion.errors import AmountTooLarge, AmountTooPrecise, AmountUnreadable, NotPositive, OtherCurrency
from conversion.money import CURRENCIES, Money
from conversion.money import Currency as Unit
from conversion.parsing import parse_plain_amount

RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

PLAIN = re.compile(r"[0-9]+(\.[0-9]+)?", re.ASCII)

# What `money_of` raises, for operations to declare.
AMOUNT = (AmountUnreadable, AmountTooPrecise, NotPositive, AmountTooLarge, OtherCurrency)

# A pattern for the document: text without control characters.
ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f]*$"


def money_of(amount: str, unit: Unit, currency: str | None = None) -> Money:
    """The amount as Money in `unit`. Raises one of AMOUNT, also where `currency` is given and is not that of `unit`."""
    if currency not in (None, unit.code):
        raise OtherCurrency(unit.code)
    return parse_plain_amount(amount, unit)


def _rfc3339(moment: object) -> str:
    """The text as it came. Raises PydanticCustomError where it is not RFC 3339; pydantic also accepts Unix seconds."""
    if not isinstance(moment, str) or not RFC3339.fullmatch(moment):
        raise PydanticCustomError(
            "moment", "Write the moment as in RFC 3339, with an offset, such as 2026-03-01T12:00:00Z."
        )
    return moment


def _in_utc(moment: dt.datetime) -> dt.datetime:
    """The moment in UTC, since PostgreSQL accepts no offset beyond 15:59.

    Raises PydanticCustomError where that is outside the years 1 to 9999.
    """
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise PydanticCustomError("moment", "The moment is outside the years 1 to 9999.") from error


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise PydanticCustomError("currency", "The currency is unknown.")
    return code


def moment_text(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def one_of(choices: type[TextChoices]) -> FieldInfo:
    """A field whose possible values are listed in the OpenAPI document. There may be more of them later (`x-grows`)."""
    return Field(json_schema_extra={"enum": [*choices.values], "x-grows": True})


def known_in(values: Callable[[], Iterable[str]]) -> AfterValidator:
    """Refuses text of a request that is none of these values."""

    def known(text: str) -> str:
        if text not in values():
            raise PydanticCustomError("choice", "It is one of {known}.", {"known": ", ".join(sorted(values()))})
        return text

    return AfterValidator(known)


def amount_text(money: Money) -> str:
    """The amount as text: digits with a point, and a minus sign where the amount is negative."""
    return f"{money.decimal:f}"


Amount = Annotated[
    str,
    Field(
        max_length=40,
        description="A string of digits with at most one point, and no more decimals than the currency has.",
        examples=["12.34"],
        json_schema_extra={"pattern": r"^(0|[1-9][0-9]*)(\.[0-9]+)?$"},
    ),
]


def _fewest_digits(amount: str) -> str:
    """The same amount with the fewest digits, so that "1.0" and "1.00" are equal; other text as it is."""
    if not PLAIN.fullmatch(amount):
        return amount
    units, _point, decimals = amount.partition(".")
    decimals = decimals.rstrip("0")
    return (units.lstrip("0") or "0") + (f".{decimals}" if decimals else "")


AskedAmount = Annotated[
    Amount, PlainSerializer(_fewest_digits)
]  # of a body: how it is compared where its key comes again
SignedAmount = Annotated[
    str,
    Field(
        description="Like an amount, with a minus sign below zero. A negative entry is money that left the wallet.",
        examples=["-12.34"],
        json_schema_extra={"pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"},
    ),
]
Currency = TypeAliasType(
    "Currency",
    Annotated[
        str,
        AfterValidator(_known_currency),
        Field(description="The currency's ISO 4217 code.", examples=["GBP"], json_schema_extra={"enum": [*CURRENCIES]}),
    ],
)
Seconds = Annotated[
    StrictInt,
    Field(ge=60, le=90 * 86_400, description="A number of seconds, from one minute to ninety days.", examples=[86_400]),
]
Moment = Annotated[
    dt.datetime,
    PlainSerializer(moment_text, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
AskedMoment = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc3339),
    AfterValidator(_in_utc),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


Name = Annotated[
    str, Field(description="The person's name, or what a wallet of the system is for.", examples=["Bob Baker"])
]
Username = Annotated[str, Field(examples=["bob"])]
NextCursor = Annotated[str, Field(description="Send it as `cursor` for the following page.", examples=["20"])]


class Sum(BaseModel):
    """An amount with its currency."""

    amount: Amount
    currency: Currency

    @classmethod
    def of(cls, money: Money) -> Sum:
        return cls(amount=amount_text(money), currency=money.code)

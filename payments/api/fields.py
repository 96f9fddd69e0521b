"""What single values look like on the way in and out. An amount is text, never a JSON number."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, PlainSerializer, StrictInt, WithJsonSchema
from pydantic_core import PydanticCustomError

from conversion.money import CURRENCIES, AmountError, Money, parse_plain_amount
from conversion.money import Currency as Unit
from payments import notes
from payments.exceptions import InvalidAmount, OtherCurrency
from payments.forms import NoteField

RFC3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

ONE_LINE = r"^[^\u0000-\u001f\u007f-\u009f]*$"


def money_of(amount: str, unit: Unit, currency: str | None = None) -> Money:
    """The amount asked for, in `unit`; if a currency came with it, it is that one.

    Raises InvalidAmount, OtherCurrency.
    """
    if currency not in (None, unit.code):
        raise OtherCurrency(unit.code)
    try:
        return parse_plain_amount(amount, unit)
    except AmountError as error:
        raise InvalidAmount(error.code, error.message) from error


def plain_title(title: str) -> str:
    """As the page's form has it, so that one file under one title is one mass payment, however it came."""
    plain = " ".join(title.split())
    if not plain or not notes.is_storable(plain):
        raise PydanticCustomError("title", "The title is empty, or has characters that cannot be stored.")
    return plain


def _plain_note(note: str) -> str:
    """By the rule of the pages' note field."""
    try:
        return NoteField().clean(note)
    except ValidationError as error:
        raise PydanticCustomError("note", "{why}", {"why": " ".join(error.messages)}) from error


def _rfc3339(moment: Any) -> Any:
    """Pydantic alone would also read seconds since 1970."""
    if not isinstance(moment, str) or not RFC3339.fullmatch(moment):
        raise PydanticCustomError(
            "moment", "A moment is written like 2026-03-01T12:00:00Z (RFC 3339, with its offset)."
        )
    return moment


def _in_utc(moment: dt.datetime) -> dt.datetime:
    """The database knows no offset beyond 15:59."""
    try:
        return moment.astimezone(dt.UTC)
    except OverflowError as error:
        raise PydanticCustomError("moment", "This moment is outside of the years 1 to 9999.") from error


def _known_currency(code: str) -> str:
    if code not in CURRENCIES:
        raise PydanticCustomError("currency", "Unknown currency.")
    return code


def _text(moment: dt.datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


Amount = Annotated[
    str,
    Field(
        max_length=40,
        description="Digits with at most one point and no more decimals than the currency has.",
        examples=["12.34"],
        json_schema_extra={"pattern": r"^(0|[1-9][0-9]*)(\.[0-9]+)?$"},
    ),
]
SignedAmount = Annotated[
    str,
    Field(
        description="Negative where money left the wallet.",
        examples=["-12.34"],
        json_schema_extra={"pattern": r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"},
    ),
]
Currency = Annotated[
    str,
    AfterValidator(_known_currency),
    Field(description="Its ISO 4217 code.", examples=["GBP"], json_schema_extra={"enum": [*CURRENCIES]}),
]
Handle = Annotated[
    str,
    Field(
        min_length=1,
        max_length=254,
        description="A username, or an e-mail address.",
        examples=["bob"],
        json_schema_extra={"pattern": ONE_LINE},
    ),
]
Note = Annotated[
    str,
    AfterValidator(_plain_note),
    Field(
        max_length=140,
        description="Plain words on one line.",
        examples=["Pizza"],
        json_schema_extra={"pattern": ONE_LINE},
    ),
]
Seconds = Annotated[
    StrictInt, Field(ge=60, le=90 * 86_400, description="In seconds: a minute to ninety days.", examples=[86_400])
]
Moment = Annotated[
    dt.datetime, PlainSerializer(_text, return_type=str), WithJsonSchema({"type": "string", "format": "date-time"})
]
AskedMoment = Annotated[
    AwareDatetime,
    BeforeValidator(_rfc3339),
    AfterValidator(_in_utc),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]

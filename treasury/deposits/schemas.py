from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, Field
from pydantic_core import PydanticCustomError

from api.bodies import Asked
from api.fields import ONE_LINE, Amount, AskedAmount, Currency, Moment, NextCursor, amount_text
from payments.json_fields import Note, Party

from . import models

REFERENCE = r"^[\x20-\x7e]+$"
LONGEST_REFERENCE = 64


def _of_this_age(day: dt.date) -> dt.date:
    if not 2000 <= day.year <= 2999:
        raise PydanticCustomError("day", "The day is not of this age.")
    return day


Reference = Annotated[
    str,
    Field(
        min_length=1,
        max_length=LONGEST_REFERENCE,
        pattern=REFERENCE,
        description="The bank's own reference of the deposit, in printable ASCII. It is booked once.",
        examples=["2026-11-26/000123"],
    ),
]
Day = Annotated[dt.date, AfterValidator(_of_this_age)]


class Deposit(BaseModel):
    """Money that a bank deposited. `returned` is the transfer that gave it back after a recall, or null."""

    id: UUID
    reference: Reference
    payee: Party
    amount: Amount
    currency: Currency
    details: Note
    value_date: dt.date | None
    booked_at: Moment
    transfer: UUID
    returned: UUID | None
    return_reason: Note

    @classmethod
    def of(cls, found: models.Deposit, *, transfer: UUID, returned: UUID | None) -> Deposit:
        """`transfer` and `returned` are the references of both transfers, which a money transaction knows already."""
        return cls(
            id=found.reference,
            reference=found.bank_reference,
            payee=Party.of(found.wallet),
            amount=amount_text(found.amount),
            currency=found.wallet.currency_code,
            details=found.details,
            value_date=found.value_date,
            booked_at=found.booked_at,
            transfer=transfer,
            returned=returned,
            return_reason=found.return_reason,
        )

    @classmethod
    def read(cls, found: models.Deposit) -> Deposit:
        returned = found.returned_by.reference if found.returned_by else None
        return cls.of(found, transfer=found.transfer.reference, returned=returned)


class Deposits(BaseModel):
    """One page of deposits, the newest first. `next` is the `cursor` of the next page; null on the last page."""

    deposits: list[Deposit]
    next: NextCursor | None


class NewDeposit(Asked):
    """`to` is a username, a confirmed e-mail address, the id of a wallet, or a member's payment reference (RF…).

    The currency must be that of the member's wallet.
    """

    to: Annotated[str, Field(min_length=1, max_length=254, examples=["bob"], json_schema_extra={"pattern": ONE_LINE})]
    amount: AskedAmount
    currency: Currency
    reference: Reference
    details: Note = ""
    value_date: Day | None = None


class NewReturn(Asked):
    """Why the bank recalls the deposit. The member reads it."""

    reason: Note = ""

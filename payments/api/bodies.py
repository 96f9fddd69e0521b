"""What comes in: the bodies of POSTs."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag

from .fields import ONE_LINE, Amount, Currency, Handle, Note, Seconds, plain_title


class Asked(BaseModel):
    """A body. What it does not know, it refuses."""

    model_config = ConfigDict(extra="forbid")

    def as_asked(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class NewTransfer(Asked):
    """`amount` leaves the wallet, in whose currency it is; what arrives is converted."""

    to: Handle
    amount: Amount
    currency: Currency
    note: Note = ""


class NewQuote(NewTransfer):
    """As a transfer."""


class QuotedTransfer(Asked):
    """The transfer that was quoted, as it was quoted."""

    quote: Annotated[UUID, Field(examples=["5e2c7e8a-1b0f-4c55-8a53-0d0c9f6b7a10"])]


def _by_quote_or_hand(body: Any) -> str:
    return "by_quote" if isinstance(body, dict) and "quote" in body else "by_hand"


Sending = Annotated[
    Annotated[QuotedTransfer, Tag("by_quote")] | Annotated[NewTransfer, Tag("by_hand")],
    Discriminator(_by_quote_or_hand),
]


class NewRefund(Asked):
    """`amount` in the currency in which the payment arrived."""

    amount: Amount
    currency: Currency | None = None


class NewRequest(Asked):
    payer: Handle
    amount: Amount
    currency: Currency
    note: Note = ""


class NewHold(Asked):
    """An `authorization` is the payee's to capture in part or whole; `two_step` is an offer to accept whole."""

    to: Handle
    amount: Amount
    currency: Currency | None = None
    note: Note = ""
    purpose: Annotated[Literal["authorization", "two_step"], Field(examples=["two_step"])]
    lives_s: Seconds | None = None


class NewCapture(Asked):
    """`amount` in the currency of the hold; what is left goes back to the payer."""

    amount: Amount
    currency: Currency | None = None


class NewMassPaymentRow(Asked):
    """`amount` in the currency of one's own wallet."""

    to: Handle
    amount: Amount
    note: Note = ""


Title = Annotated[
    str,
    AfterValidator(plain_title),
    Field(min_length=1, max_length=80, examples=["Payroll May"], json_schema_extra={"pattern": ONE_LINE}),
]


class NewMassPayment(Asked):
    """One with other rows or another title is another mass payment."""

    title: Title
    rows: Annotated[
        list[NewMassPaymentRow],
        Field(min_length=1, max_length=400, examples=[[{"to": "bob", "amount": "12.34", "note": "May"}]]),
    ]

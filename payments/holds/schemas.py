from __future__ import annotations

from typing import Annotated, Literal
from uuid import UUID

from pydantic import BaseModel, Field
from typing_extensions import TypeAliasType

from api.bodies import Asked
from api.fields import AskedAmount, Currency, Moment, NextCursor, Seconds, Sum, one_of
from api.labels import Labelled, Metadata, Reference
from api.models import Label
from ledger import models as ledger
from payments.json_fields import Handle, Note, Party

HoldStatus = TypeAliasType("HoldStatus", Annotated[str, one_of(ledger.Hold.Status)])
HoldPurpose = TypeAliasType("HoldPurpose", Annotated[str, one_of(ledger.Hold.Purpose)])


class Hold(BaseModel):
    """An amount that is set apart in the payer's wallet for the payee.

    Of a captured hold, `captured` is how much the payer paid, in the hold's currency, and `transfer` is what paid it.
    `reference` and `metadata` are what its maker put on it; for the payee they are null.
    """

    id: UUID
    purpose: HoldPurpose
    status: HoldStatus
    payer: Party
    payee: Party
    amount: Sum
    note: Note
    made_at: Moment
    expires_at: Moment
    captured: Sum | None
    transfer: UUID | None
    reference: Reference | None
    metadata: Metadata | None

    @classmethod
    def of(cls, hold: ledger.Hold, *, capture: ledger.Transfer | None = None, label: Label | None = None) -> Hold:
        return cls(
            id=hold.reference,
            purpose=hold.purpose,
            status=hold.status,
            payer=Party.of(hold.source),
            payee=Party.of(hold.target),
            amount=Sum.of(hold.amount),
            note=hold.note,
            made_at=hold.made_at,
            expires_at=hold.expires_at,
            captured=Sum.of(capture.paid) if capture else None,
            transfer=capture.reference if capture else None,
            reference=label.reference or None if label else None,
            metadata=label.metadata if label else None,
        )

    @classmethod
    def listed(cls, hold: ledger.Hold, *, label: Label | None) -> Hold:
        """As `of`, for a hold from `queries.with_captures`."""
        booked: list[ledger.Transfer] = getattr(hold, "booked_captures")  # noqa: B009 - mypy does not know it
        return cls.of(hold, capture=booked[0] if booked else None, label=label)


class Holds(BaseModel):
    """One page of holds, the newest first. `next` is the `cursor` of the next page; null on the last page."""

    holds: list[Hold]
    next: NextCursor | None


class NewHold(Labelled):
    """A new hold in your wallet. Of an `authorization` the payee may capture all or a part; `two_step` only as a whole.

    `lives_s` is how long the hold stays open, in seconds. Default: HOLD_LIFE_DAYS of this installation.
    """

    payee: Handle
    amount: AskedAmount
    currency: Currency | None = None
    note: Note = ""
    purpose: Annotated[Literal["authorization", "two_step"], Field(examples=["two_step"])]
    lives_s: Seconds | None = None


class NewCapture(Asked):
    """A capture. `amount` is in the currency of the hold. The rest is released to the payer."""

    amount: AskedAmount
    currency: Currency | None = None

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel
from typing_extensions import TypeAliasType

from api.fields import AskedAmount, Currency, Moment, NextCursor, Sum, Username, one_of
from api.labels import Labelled, Metadata, Reference
from api.models import Label
from payments.json_fields import Handle, Note

from .models import PaymentRequest

RequestStatus = TypeAliasType("RequestStatus", Annotated[str, one_of(PaymentRequest.Status)])


class Request(BaseModel):
    """A payment request. The `requester` receives exactly `amount` from the `payer`. `transfer` is what paid it.

    `reference` and `metadata` are what the requester put on it; for the payer they are null.
    """

    id: UUID
    status: RequestStatus
    requester: Username
    payer: Username
    amount: Sum
    note: Note
    made_at: Moment
    expires_at: Moment
    closed_at: Moment | None
    transfer: UUID | None
    reference: Reference | None
    metadata: Metadata | None

    @classmethod
    def of(cls, found: PaymentRequest, *, label: Label | None = None) -> Request:
        return cls(
            id=found.reference,
            status=found.status,
            requester=found.requester.get_username(),
            payer=found.payer.get_username(),
            amount=Sum.of(found.amount),
            note=found.note,
            made_at=found.made_at,
            expires_at=found.expires_at,
            closed_at=found.closed_at,
            transfer=found.transfer.reference if found.transfer else None,
            reference=label.reference or None if label else None,
            metadata=label.metadata if label else None,
        )


class Requests(BaseModel):
    """One page of requests, the newest first. `next` is the `cursor` of the next page; null on the last page."""

    requests: list[Request]
    next: NextCursor | None


class NewRequest(Labelled):
    """A new payment request. `amount` is in the currency of your wallet."""

    payer: Handle
    amount: AskedAmount
    currency: Currency
    note: Note = ""

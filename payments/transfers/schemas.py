"""What quotes and transfers look like in JSON. Ids are references (UUIDs), people are usernames, amounts are text."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Discriminator, Field, Tag
from typing_extensions import TypeAliasType

from api.bodies import Asked
from api.fields import AskedAmount, Currency, Moment, NextCursor, Sum, one_of
from api.labels import Labelled, Metadata, Reference
from api.models import Label
from conversion.money import Money
from ledger import models as ledger
from ledger import reads
from ledger.kinds import known_kinds
from payments.json_fields import Handle, Note, Party

from . import models


def _with_every_kind(schema: dict[str, Any]) -> None:
    """Adds all kinds to the schema. Called when the document is made: by then every app has registered its kinds."""
    schema.update({"enum": sorted(known_kinds), "x-grows": True})


TransferKind = TypeAliasType("TransferKind", Annotated[str, Field(json_schema_extra=_with_every_kind)])
Outcome = TypeAliasType("Outcome", Annotated[str, one_of(ledger.Transfer.Outcome)])


class Quote(BaseModel):
    """What a transfer will do if it is sent before `expires_at`. `rate` is the units received for one unit paid."""

    id: UUID
    payer: Party
    payee: Party
    paid: Sum
    received: Sum
    rate: Annotated[str, Field(examples=["1.17"])]
    note: Note
    request: UUID | None
    expires_at: Moment

    @classmethod
    def of(cls, quote: models.Quote) -> Quote:
        return cls(
            id=quote.reference,
            payer=Party.of(quote.source),
            payee=Party.of(quote.target),
            paid=Sum.of(quote.source_amount),
            received=Sum.of(quote.target_amount),
            rate=quote.shown_rate,
            note=quote.note,
            request=quote.payment_request.reference if quote.payment_request else None,
            expires_at=quote.expires_at,
        )


class Transfer(BaseModel):
    """A transfer. `outcome` is `booked`, or the reason of a decline; then no money moved.

    `reference` and `metadata` are what its maker put on it; for everybody else they are null.
    """

    id: UUID
    kind: TransferKind
    outcome: Outcome
    payer: Party
    payee: Party
    paid: Sum
    received: Sum
    note: Note
    made_at: Moment
    booked_at: Moment
    reverses: UUID | None
    refunds: UUID | None
    hold: UUID | None
    reference: Reference | None
    metadata: Metadata | None

    @classmethod
    def of(cls, transfer: ledger.Transfer, *, label: Label | None = None, **more: Any) -> Transfer:
        return cls(
            id=transfer.reference,
            kind=transfer.kind,
            outcome=transfer.outcome,
            payer=Party.of(transfer.source),
            payee=Party.of(transfer.target),
            paid=Sum.of(transfer.paid),
            received=Sum.of(transfer.received),
            note=transfer.note,
            made_at=transfer.made_at,
            booked_at=transfer.booked_at,
            reverses=transfer.reverses.reference if transfer.reverses else None,
            refunds=transfer.refunds.reference if transfer.refunds else None,
            hold=transfer.hold.reference if transfer.hold else None,
            reference=label.reference or None if label else None,
            metadata=label.metadata if label else None,
            **more,
        )


class TransferNow(Transfer):
    """A transfer, and what happened to it later. `refunded` is in the currency that the payee received."""

    reversed: bool
    refunded: Sum

    @classmethod
    def now(cls, transfer: ledger.Transfer, label: Label | None = None) -> TransferNow:
        return cls.after(transfer, reads.is_undone(transfer), reads.refunded(transfer), label=label)

    @classmethod
    def after(
        cls, transfer: ledger.Transfer, is_undone: bool, refunded: Money, *, label: Label | None = None
    ) -> TransferNow:
        found = cls.of(transfer, label=label, reversed=is_undone, refunded=Sum.of(refunded))
        assert isinstance(found, cls)
        return found


class NewQuote(Asked):
    """A quote of a transfer of `amount` from your wallet, in its currency. What the payee receives is converted."""

    payee: Handle
    amount: AskedAmount
    currency: Currency
    note: Note = ""


class NewTransfer(NewQuote, Labelled):
    """A transfer of `amount` from your wallet, in its currency. What the payee receives is converted."""


class QuotedTransfer(Labelled):
    """The transfer of a quote, exactly as it was quoted."""

    quote: Annotated[UUID, Field(examples=["5e2c7e8a-1b0f-4c55-8a53-0d0c9f6b7a10"])]


class Transfers(BaseModel):
    """One page of transfers, the newest first. `next` is the `cursor` of the next page; null on the last page."""

    transfers: list[Transfer]
    next: NextCursor | None


def _by_quote_or_hand(body: object) -> str:
    return "by_quote" if isinstance(body, dict) and "quote" in body else "by_hand"


Sending = Annotated[
    Annotated[QuotedTransfer, Tag("by_quote")] | Annotated[NewTransfer, Tag("by_hand")],
    Discriminator(_by_quote_or_hand),
]

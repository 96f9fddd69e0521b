"""What goes out. Ids are references (UUIDs), people are usernames, amounts are text."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any
from uuid import UUID

from django.db.models import TextChoices
from pydantic import BaseModel, Field

from conversion.money import Currency as Unit
from conversion.money import Money
from payments import models, queries
from payments.queries import mass_payments

from .fields import Amount, Currency, Moment, SignedAmount


def _one_of(choices: type[TextChoices]) -> Any:
    return Field(json_schema_extra={"enum": [*choices.values]})


Kind = Annotated[str, _one_of(models.Transfer.Kind)]
Outcome = Annotated[str, _one_of(models.Transfer.Outcome)]
RequestStatus = Annotated[str, _one_of(models.PaymentRequest.Status)]
HoldStatus = Annotated[str, _one_of(models.Hold.Status)]
Purpose = Annotated[str, _one_of(models.Hold.Purpose)]


class Sum(BaseModel):
    amount: Amount
    currency: Currency

    @classmethod
    def of(cls, money: Money) -> Sum:
        return cls(amount=_text(money), currency=money.code)


class Party(BaseModel):
    """Who is on one side. The house has a name and no username."""

    username: str | None
    name: str

    @classmethod
    def of(cls, wallet: models.Wallet) -> Party:
        is_person = wallet.purpose in queries.PERSONAL and wallet.owner is not None
        return cls(
            username=wallet.owner.get_username() if is_person and wallet.owner else None, name=queries.name_of(wallet)
        )


class Wallet(BaseModel):
    """`available` is what can be spent: neither `held` nor still `arriving`. `balance` is all of it."""

    id: UUID
    currency: Currency
    balance: SignedAmount
    held: Amount
    arriving: Amount
    available: SignedAmount

    @classmethod
    def of(cls, wallet: models.Wallet) -> Wallet:
        arriving = queries.arriving(wallet)
        return cls(
            id=wallet.reference,
            currency=wallet.currency_code,
            balance=_text(wallet.settled + arriving),
            held=_text(wallet.held),
            arriving=_text(arriving),
            available=_text(wallet.available),
        )


class BalanceAt(BaseModel):
    """What was booked before `at`, by the database's clock."""

    at: Moment
    balance: SignedAmount
    currency: Currency

    @classmethod
    def of(cls, at: dt.datetime, balance: Money) -> BalanceAt:
        return cls(at=at, balance=_text(balance), currency=balance.code)


class Entry(BaseModel):
    """One line of the wallet's history. Where many pay into a wallet at once, its lines have no `balance_after`."""

    seq: int | None
    transfer: UUID
    kind: Kind
    counterpart: Party
    amount: SignedAmount
    balance_after: SignedAmount | None
    currency: Currency
    note: str
    made_at: Moment
    booked_at: Moment

    @classmethod
    def of(cls, line: queries.Activity) -> Entry:
        return cls(
            seq=line.seq,
            transfer=line.reference,
            kind=line.kind,
            counterpart=Party(username=line.username, name=str(line.counterpart_name)),
            amount=_text(line.amount),
            balance_after=None if line.balance_after is None else _text(line.balance_after),
            currency=line.amount.code,
            note=line.note,
            made_at=line.made_at,
            booked_at=line.booked_at,
        )


class Entries(BaseModel):
    """Newest first. `next` is the `cursor` of the following page."""

    entries: list[Entry]
    next: str | None


class Quote(BaseModel):
    """What will happen if it is sent before `expires_at`. `rate`: units received for one paid."""

    id: UUID
    from_: Party = Field(serialization_alias="from")
    to: Party
    paid: Sum
    received: Sum
    rate: str
    note: str
    request: UUID | None
    expires_at: Moment

    @classmethod
    def of(cls, quote: models.Quote) -> Quote:
        return cls(
            id=quote.reference,
            from_=Party.of(quote.source),
            to=Party.of(quote.target),
            paid=Sum.of(quote.source_amount),
            received=Sum.of(quote.target_amount),
            rate=quote.shown_rate,
            note=quote.note,
            request=quote.payment_request.reference if quote.payment_request else None,
            expires_at=quote.expires_at,
        )


class Transfer(BaseModel):
    """`outcome` is `booked`, or why it was declined; then nothing moved."""

    id: UUID
    kind: Kind
    outcome: Outcome
    from_: Party = Field(serialization_alias="from")
    to: Party
    paid: Sum
    received: Sum
    note: str
    made_at: Moment
    booked_at: Moment
    reverses: UUID | None
    refunds: UUID | None
    hold: UUID | None

    @classmethod
    def of(cls, transfer: models.Transfer, **more: Any) -> Transfer:
        return cls(
            id=transfer.reference,
            kind=transfer.kind,
            outcome=transfer.outcome,
            from_=Party.of(transfer.source),
            to=Party.of(transfer.target),
            paid=Sum.of(transfer.paid),
            received=Sum.of(transfer.received),
            note=transfer.note,
            made_at=transfer.made_at,
            booked_at=transfer.booked_at,
            reverses=transfer.reverses.reference if transfer.reverses else None,
            refunds=transfer.refunds.reference if transfer.refunds else None,
            hold=transfer.hold.reference if transfer.hold else None,
            **more,
        )


class TransferNow(Transfer):
    """And what became of it since. `refunded` in the currency in which it arrived."""

    reversed: bool
    refunded: Sum

    @classmethod
    def now(cls, transfer: models.Transfer) -> TransferNow:
        found = cls.of(transfer, reversed=queries.is_undone(transfer), refunded=Sum.of(queries.refunded(transfer)))
        assert isinstance(found, cls)
        return found


class Request(BaseModel):
    """Who asks (`requester`) is paid exactly `amount`. `transfer` is what paid it."""

    id: UUID
    status: RequestStatus
    requester: str
    payer: str
    amount: Sum
    note: str
    made_at: Moment
    expires_at: Moment
    transfer: UUID | None

    @classmethod
    def of(cls, found: models.PaymentRequest) -> Request:
        return cls(
            id=found.reference,
            status=found.status,
            requester=found.requester.get_username(),
            payer=found.payer.get_username(),
            amount=Sum.of(found.amount),
            note=found.note,
            made_at=found.made_at,
            expires_at=found.expires_at,
            transfer=found.transfer.reference if found.transfer else None,
        )


class Requests(BaseModel):
    """Newest first. `next` is the `cursor` of the following page."""

    requests: list[Request]
    next: UUID | None


class Hold(BaseModel):
    """An amount set aside in one wallet for another."""

    id: UUID
    purpose: Purpose
    status: HoldStatus
    from_: Party = Field(serialization_alias="from")
    to: Party
    amount: Sum
    note: str
    made_at: Moment
    expires_at: Moment

    @classmethod
    def of(cls, hold: models.Hold) -> Hold:
        return cls(
            id=hold.reference,
            purpose=hold.purpose,
            status=hold.status,
            from_=Party.of(hold.source),
            to=Party.of(hold.target),
            amount=Sum.of(hold.amount),
            note=hold.note,
            made_at=hold.made_at,
            expires_at=hold.expires_at,
        )


class Holds(BaseModel):
    """Newest first. `next` is the `cursor` of the following page."""

    holds: list[Hold]
    next: UUID | None


class MassPayment(BaseModel):
    """A `draft` is judged and not paid; `problems` are rows that keep it from being confirmed."""

    id: UUID
    title: str
    status: Annotated[str, _one_of(models.MassPayment.Status)]
    total: Sum
    rows: int
    problems: int
    warnings: int
    pending: int
    booked: int
    declined: int
    paid: Sum
    created_at: Moment

    @classmethod
    def of(cls, found: models.MassPayment, tally: mass_payments.Tally | None = None) -> MassPayment:
        tally = tally or mass_payments.tally_of(found)
        return cls(
            id=found.reference,
            title=found.title,
            status=found.status,
            total=Sum.of(Money(found.total_minor, found.source.currency)),
            rows=found.row_count,
            problems=tally.problems,
            warnings=tally.warnings,
            pending=tally.pending,
            booked=tally.booked,
            declined=tally.declined,
            paid=Sum.of(tally.paid),
            created_at=found.created_at,
        )


class MassPayments(BaseModel):
    mass_payments: list[MassPayment]
    next: UUID | None


class MassPaymentRow(BaseModel):
    """`amount` is in the mass payment's currency, null where it could not be read; `problem` is a code, with its text.

    `outcome` is `pending` until the row is paid or declined.
    """

    number: int
    to: str
    amount: Amount | None
    note: str
    problem: str | None
    problem_text: str | None
    warning: str | None
    outcome: Annotated[str, _one_of(models.MassPaymentRow.Outcome)]
    transfer: UUID | None

    @classmethod
    def of(cls, row: models.MassPaymentRow, unit: Unit) -> MassPaymentRow:
        return cls(
            number=row.number,
            to=row.recipient,
            amount=None if row.amount_minor is None else _text(Money(row.amount_minor, unit)),
            note=row.note,
            problem=row.problem or None,
            problem_text=row.problem_text or None,
            warning=row.warning or None,
            outcome=row.outcome,
            transfer=row.transfer.reference if row.transfer else None,
        )


class MassPaymentRows(BaseModel):
    rows: list[MassPaymentRow]
    next: int | None

    @classmethod
    def of(cls, page: mass_payments.RowsPage, found: models.MassPayment) -> MassPaymentRows:
        return cls(rows=[MassPaymentRow.of(row, found.source.currency) for row in page.rows], next=page.more)


def _text(money: Money) -> str:
    return f"{money.decimal:f}"

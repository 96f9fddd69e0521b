from __future__ import annotations

import datetime as dt
from uuid import UUID

from pydantic import BaseModel

from api.fields import Amount, Currency, Moment, NextCursor, SignedAmount, amount_text
from conversion.money import Money
from ledger import models as ledger
from payments import owners
from payments.json_fields import Note, Party
from payments.transfers.schemas import TransferKind

from . import queries


class Wallet(BaseModel):
    """A wallet. `balance` includes `held` and `pending`; `available`, what can be spent, includes neither."""

    id: UUID
    currency: Currency
    balance: SignedAmount
    held: Amount
    pending: Amount
    available: SignedAmount

    @classmethod
    def of(cls, wallet: ledger.Wallet) -> Wallet:
        pending = owners.pending_of(wallet)
        return cls(
            id=wallet.reference,
            currency=wallet.currency_code,
            balance=amount_text(wallet.settled + pending),
            held=amount_text(wallet.held),
            pending=amount_text(pending),
            available=amount_text(wallet.available),
        )


class BalanceAt(BaseModel):
    """The sum of all entries booked before `at`, by the database's clock."""

    at: Moment
    balance: SignedAmount
    currency: Currency

    @classmethod
    def of(cls, at: dt.datetime, balance: Money) -> BalanceAt:
        return cls(at=at, balance=amount_text(balance), currency=balance.code)


class Entry(BaseModel):
    """One line of the wallet's history. In merchants' wallets `balance_after` is null, because many pay in at once."""

    seq: int | None
    transfer: UUID
    kind: TransferKind
    other_party: Party
    amount: SignedAmount
    balance_after: SignedAmount | None
    currency: Currency
    note: Note
    made_at: Moment
    booked_at: Moment

    @classmethod
    def of(cls, line: queries.Activity) -> Entry:
        return cls(
            seq=line.seq,
            transfer=line.reference,
            kind=line.kind,
            other_party=Party(username=line.username, name=str(line.other_party_name)),
            amount=amount_text(line.amount),
            balance_after=None if line.balance_after is None else amount_text(line.balance_after),
            currency=line.amount.code,
            note=line.note,
            made_at=line.made_at,
            booked_at=line.booked_at,
        )


class Entries(BaseModel):
    """One page of entries, the newest first. `next` is the `cursor` of the next page; null on the last page."""

    entries: list[Entry]
    next: NextCursor | None

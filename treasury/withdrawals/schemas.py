from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field

from api.bodies import Asked
from api.fields import AskedAmount, Currency, Moment, NextCursor, Sum, one_of
from payments.json_fields import Note
from treasury.deposits.schemas import Reference

from . import models
from .models import masked

Holder = Annotated[str, Field(description="The account holder.", examples=["Alice Archer"])]
EndOfIban = Annotated[str, Field(description="The end of the IBAN.", examples=["…3000"])]
Reason = Annotated[str, Field(description="Why it was declined or returned.", examples=["The account is closed"])]
BanksReference = Annotated[str, Field(description="The bank's own reference.", examples=["2026-11-26/000123"])]
WithdrawalStatus = Annotated[str, one_of(models.Withdrawal.Status)]
OrderStatus = Annotated[str, Field(json_schema_extra={"enum": [*models.PAID_OUT]})]


class PayoutAccount(BaseModel):
    """A bank account to which you can withdraw, from `usable_at` on. Accounts are added and removed on the pages."""

    id: UUID
    holder: Holder
    iban: EndOfIban
    usable_at: Moment

    @classmethod
    def of(cls, found: models.PayoutAccount) -> PayoutAccount:
        return cls(id=found.reference, holder=found.holder, iban=masked(found.iban), usable_at=found.usable_at)


class PayoutAccounts(BaseModel):
    payout_accounts: list[PayoutAccount]


class Withdrawal(BaseModel):
    """Money on its way to a bank account. `reason` is why it was declined or returned.

    The amount is on hold until the withdrawal is `filed`: then `transfer` takes it out of the wallet. If the bank
    returns it, `return_transfer` brings it back.
    """

    id: UUID
    status: WithdrawalStatus
    amount: Sum
    payout_account: UUID
    holder: Holder
    iban: EndOfIban
    requested_at: Moment
    reason: Reason
    transfer: UUID | None
    return_transfer: UUID | None

    @classmethod
    def of(cls, found: models.Withdrawal) -> Withdrawal:
        return cls(
            id=found.reference,
            status=found.status,
            amount=Sum.of(found.amount),
            payout_account=found.payout_account.reference,
            holder=found.holder,
            iban=found.account,
            requested_at=found.requested_at,
            reason=found.reason,
            transfer=found.transfer.reference if found.transfer else None,
            return_transfer=found.return_transfer.reference if found.return_transfer else None,
        )


class Withdrawals(BaseModel):
    """One page of withdrawals, the newest first. `next` is the `cursor` of the next page; null on the last page."""

    withdrawals: list[Withdrawal]
    next: NextCursor | None


class NewWithdrawal(Asked):
    """`payout_account` is the id of one of your accounts. The currency must be that of your wallet."""

    amount: AskedAmount
    currency: Currency
    payout_account: Annotated[UUID, Field(examples=["7f2c1a54-6f0e-4d3a-9d0b-2f4c9f0e8b11"])]


class Order(BaseModel):
    """A withdrawal that your bank was ordered to pay. Its id without dashes is the order's end-to-end id.

    `file` is the message id of the pain.001 document in which it came. `reference` and `return_reference` are the
    bank's own.
    """

    id: UUID
    status: OrderStatus
    amount: Sum
    holder: Holder
    iban: Annotated[str, Field(examples=["DE89370400440532013000"])]
    file: Annotated[str, Field(examples=["7f2c1a546f0e4d3a9d0b2f4c9f0e8b11"])]
    filed_at: Moment
    reference: BanksReference
    return_reference: BanksReference
    reason: Reason
    return_transfer: UUID | None

    @classmethod
    def of(cls, found: models.Withdrawal, *, returned: UUID | None) -> Order:
        """`returned` is the reference of the transfer that gave the money back."""
        assert found.file is not None
        return cls(
            id=found.reference,
            status=found.status,
            amount=Sum.of(found.amount),
            holder=found.holder,
            iban=found.iban,
            file=found.file.reference.hex,
            filed_at=found.file.made_at,
            reference=found.bank_reference,
            return_reference=found.return_reference,
            reason=found.reason,
            return_transfer=returned,
        )

    @classmethod
    def read(cls, found: models.Withdrawal) -> Order:
        return cls.of(found, returned=found.return_transfer.reference if found.return_transfer else None)


class Orders(BaseModel):
    """One page of orders, the newest first. `next` is the `cursor` of the next page; null on the last page."""

    orders: list[Order]
    next: NextCursor | None


class NewSettlement(Asked):
    """The bank's own reference of the payment."""

    reference: Reference


class NewReturnedOrder(Asked):
    """The bank's own reference of the return, and why the payment was not made or came back. The member reads it."""

    reference: Reference
    reason: Note = ""

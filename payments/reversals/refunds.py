"""Refunding a payment, in whole or in parts, never more than was received."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from accounts.models import User
from accounts.people.standing import require_may_move
from conversion.errors import NotPositive, Refused
from conversion.money import Money
from events.notices import tell
from ledger.errors import InsufficientFunds, TooSmallToConvert
from ledger.exchange import converted, is_still_worth, legs_between
from ledger.kinds import known_kinds
from ledger.models import Transfer
from ledger.posting import Instruction, Outcome, Posting, is_known, post
from ledger.reads import refunded
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import lock_set
from payments.proofs import prove

from .errors import CannotRefund, MoreThanPaid
from .kinds import REFUND, REFUNDED


def refund(*, payee: User, transfer: Transfer, amount: Money, key: UUID, pin: str | None) -> Transfer:
    """Gives back `amount` of what the payee received. Returns the refund's transfer.

    Between currencies, the payer gets it back at the rate of the payment or at today's, whichever gives less.

    `amount` is in the currency that the payee received. `pin` None: the caller has authenticated the payee otherwise.
    Raises what `decide_refund` raises, and InsufficientFunds.
    """
    posting = decide_refund(payee=payee, transfer=transfer, amount=amount, key=key, pin=pin)
    if declined := why_declined(posting, transfer):
        declined.is_stored = True  # under this key, so the form needs a new key for the next try
        raise declined
    return Transfer.objects.get(pk=posting.transfer_id)


def decide_refund(
    *,
    payee: User,
    transfer: Transfer,
    amount: Money,
    key: UUID,
    pin: str | None,
    with_it: WithIt[Posting] | None = None,
) -> Posting:
    """As `refund`, but a decline is returned and not raised, so that `with_it` is stored in the same transaction.

    Raises AccountFrozen, CannotRefund, MoreThanPaid, NotPositive, TooSmallToConvert, PinMissing, PinWrong, PinLocked,
    KeyReused, Busy, InDoubt, ServiceDown.
    """
    may_move = partial(  # no `payees`: the payer only gets money back, so the payer may be frozen
        require_may_move, payee.pk, payers=[payee.pk], unless=partial(is_known, key, made_by=payee.pk)
    )
    may_move()
    if not can_refund(payee=payee, transfer=transfer):
        raise CannotRefund
    if amount.minor <= 0:
        raise NotPositive
    if amount > transfer.received:  # checked here, too: the ledger cannot decide amounts beyond its number range
        raise MoreThanPaid(left_of(transfer))
    returned = money_back(transfer, amount)
    if returned.minor <= 0:
        raise TooSmallToConvert
    proof = prove(payee, amount, pin)
    made_at = timestamp()  # before the transaction, which may run more than once
    settle(transfer.target)  # a merchant's pending entries can be refunded from only after settling
    instruction = Instruction(
        key=key,
        kind=REFUND,
        note=transfer.note,
        legs=legs_between(transfer.target, transfer.source, paid=amount, received=returned),
        refunds=transfer.pk,
    )

    def decide() -> Posting:
        may_move()  # again: the payee may have been frozen since the first check
        posting = post(instruction, made_by=payee.pk, made_at=made_at)
        if posting.is_new:  # a repeated key must not notify the payer again
            proof.spend()
            tell(transfer.source.owner_id, REFUNDED, actor=payee.pk, amount=returned, subject=posting.reference)
        return posting

    return in_one_transaction(decide, wallets=lock_set(transfer.target, transfer.source), with_it=with_it)


def why_declined(posting: Posting, transfer: Transfer) -> Refused | None:
    """Returns why the refund was declined, as an error for the payee; None if it is booked."""
    match posting.outcome:
        case Outcome.MORE_THAN_PAID:
            return MoreThanPaid(left_of(transfer))
        case Outcome.ALREADY_REVERSED:
            return CannotRefund()
        case Outcome.INSUFFICIENT_FUNDS:
            return InsufficientFunds()
    return None


def can_refund(*, payee: User, transfer: Transfer) -> bool:
    """Whether this person may refund this transfer at all. How much is left is decided by the ledger."""
    return transfer.target.owner_id == payee.pk and _is_refundable(transfer.kind) and transfer.is_booked


def left_of(transfer: Transfer) -> Money:
    """Returns how much can still be refunded, in the currency that the payee received."""
    return transfer.received - refunded(transfer)


def money_back(transfer: Transfer, amount: Money) -> Money:
    """Returns `amount` in the payer's currency, at the rate of the payment or at today's, whichever gives less.

    At the rate of the payment it is exact within one currency, and for the whole amount at once; otherwise it is
    rounded down. (The payee may be in league with the payer, and choose the moment.) Raises AmountTooLarge,
    ConversionDown.
    """
    as_paid = Money(transfer.paid.minor * amount.minor // transfer.received.minor, transfer.source.currency)
    return as_paid if is_still_worth(amount, as_paid) else converted(amount, to=as_paid.currency).target


def _is_refundable(kind: str) -> bool:
    return kind in known_kinds and known_kinds[kind].refundable

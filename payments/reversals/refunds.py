"""Giving back what was paid, in whole or in parts, never more."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from accounts.models import User
from accounts.people.standing import require_may_move
from accounts.pins.pin import needs_pin
from conversion.errors import NotPositive, Refused
from conversion.money import Money
from events.notices import tell
from ledger.errors import InsufficientFunds, TooSmallToConvert
from ledger.exchange import legs_between
from ledger.kinds import known_kinds
from ledger.models import Transfer
from ledger.posting import Instruction, Outcome, Posting, is_known, post
from ledger.reads import refunded
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import lock_set

from .errors import CannotRefund, MoreThanPaid
from .kinds import REFUND, REFUNDED


def refund(*, payee: User, transfer: Transfer, amount: Money, key: UUID, pin: str | None) -> Transfer:
    """`amount` of what the payee received goes back, at the rate of the payment. `pin` None: made sure of otherwise.

    Raises what `decide_refund` raises, and InsufficientFunds.
    """
    posting = decide_refund(payee=payee, transfer=transfer, amount=amount, key=key, pin=pin)
    if declined := why_declined(posting, transfer):
        declined.is_stored = True
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
    """As `refund`; a decline is answered and not raised, so that `with_it` can be stored beside it.

    Raises AccountFrozen, CannotRefund, MoreThanPaid, NotPositive, PinWrong …, KeyReused, Busy, ServiceDown.
    """
    may_move = partial(  # it comes back to the payer, who may be frozen
        require_may_move, payee.pk, payers=[payee.pk], unless=partial(is_known, key, made_by=payee.pk)
    )
    may_move()
    if not can_refund(payee=payee, transfer=transfer):
        raise CannotRefund
    if amount.minor <= 0:
        raise NotPositive
    if amount > transfer.received:  # far more than that is beyond what the ledger counts in
        raise MoreThanPaid(left_of(transfer))
    returned = _at_the_rate_of(transfer, amount)
    if returned.minor <= 0:
        raise TooSmallToConvert
    if pin is not None and needs_pin(amount):
        payee.verify_pin(pin)
    made_at = timestamp()
    settle(transfer.target)
    instruction = Instruction(
        key=key,
        kind=REFUND,
        note=transfer.note,
        legs=legs_between(transfer.target, transfer.source, paid=amount, received=returned),
        refunds=transfer.pk,
    )

    def decide() -> Posting:
        may_move()  # the payee may have been frozen meanwhile
        posting = post(instruction, made_by=payee.pk, made_at=made_at)
        if posting.is_new:
            tell(transfer.source.owner_id, REFUNDED, actor=payee.pk, amount=returned, subject=posting.reference)
        return posting

    return in_one_transaction(decide, wallets=lock_set(transfer.target, transfer.source), with_it=with_it)


def why_declined(posting: Posting, transfer: Transfer) -> Refused | None:
    """Why it was declined, in words for the payee; None where it is booked."""
    match posting.outcome:
        case Outcome.MORE_THAN_PAID:
            return MoreThanPaid(left_of(transfer))
        case Outcome.ALREADY_REVERSED:
            return CannotRefund()
        case Outcome.INSUFFICIENT_FUNDS:
            return InsufficientFunds()
    return None


def can_refund(*, payee: User, transfer: Transfer) -> bool:
    """Whether the button is worth showing; the ledger decides again."""
    return transfer.target.owner_id == payee.pk and _is_refundable(transfer.kind) and transfer.is_booked


def left_of(transfer: Transfer) -> Money:
    """What of it can still be given back, in the currency in which it was received."""
    return transfer.received - refunded(transfer)


def _at_the_rate_of(transfer: Transfer, amount: Money) -> Money:
    """What of the payer's money this part was, rounded down: exact in one currency, and for the whole of it."""
    return Money(transfer.paid.minor * amount.minor // transfer.received.minor, transfer.source.currency)


def _is_refundable(kind: str) -> bool:
    return kind in known_kinds and known_kinds[kind].refundable

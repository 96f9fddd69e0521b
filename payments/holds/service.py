"""Holds: an amount is set apart in the payer's wallet for a payee, who may capture or release it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from accounts.models import User
from accounts.people.standing import require_may_move
from conversion.errors import NotPositive
from conversion.money import Money
from events.notices import tell
from ledger import holds as ledger_holds
from ledger.errors import InsufficientFunds, TooSmallToConvert
from ledger.exchange import converted, legs_between
from ledger.holds import Placing, end_hold
from ledger.models import Hold, Transfer, Wallet
from ledger.posting import Instruction, Outcome, Posting, is_known, post
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import lock_set
from payments.owners import wallet_of
from payments.proofs import prove

from . import queries
from .errors import HoldForOneself, HoldHasEnded, MoreThanHeld, OnlyAsAWhole
from .kinds import CAPTURE, HELD, HOLD_CAPTURED, HOLD_RELEASED, TO_ACCEPT

Status, Purpose = Hold.Status, Hold.Purpose


def require_placeable(*, payer: User, payee: Wallet, amount: Money) -> None:
    """Checks before the payer is asked for the PIN, so that a refusal comes early. `decide_hold` checks again.

    Raises HoldForOneself, AccountFrozen, NotPositive, TooSmallToConvert, AmountTooLarge, InsufficientFunds, Busy,
    ServiceDown.
    """
    source = wallet_of(payer)
    if source == payee:
        raise HoldForOneself
    require_may_move(payer.pk, payers=[payer.pk], payees=[payee.owner_id])
    _require_worth_something(amount, payee)
    settle(source)  # a merchant can spend only what is settled
    if source.available < amount:
        raise InsufficientFunds(amount - source.available)


def place_hold(
    *,
    payer: User,
    payee: Wallet,
    amount: Money,
    note: str,
    purpose: str,
    key: UUID,
    pin: str | None,
    lives: dt.timedelta | None = None,
) -> Hold:
    """Places a hold of `amount` in the payer's wallet for the payee, and returns it.

    The hold expires after `lives`, or after HOLD_LIFE_DAYS if `lives` is None. `pin` as in `decide_hold`. Raises what
    `decide_hold` raises, and InsufficientFunds.
    """
    placing = decide_hold(
        payer=payer, payee=payee, amount=amount, note=note, purpose=purpose, key=key, pin=pin, lives=lives
    )
    if declined := why_not_placed(placing):
        raise declined
    return _fresh(placing.hold_id)


def decide_hold(
    *,
    payer: User,
    payee: Wallet,
    amount: Money,
    note: str,
    purpose: str,
    key: UUID,
    pin: str | None,
    lives: dt.timedelta | None,
    with_it: WithIt[Placing] | None = None,
) -> Placing:
    """As `place_hold`, but a decline is returned and not raised, so that `with_it` is stored in the same transaction.

    `pin` None: the caller has authenticated the payer otherwise. Raises HoldForOneself, AccountFrozen, NotPositive,
    TooSmallToConvert, AmountTooLarge, PinMissing, PinWrong, PinLocked, KeyReused, Busy, InDoubt, ServiceDown.
    """
    source = wallet_of(payer)
    if source == payee:
        raise HoldForOneself
    may_move = partial(
        require_may_move,
        payer.pk,
        payers=[payer.pk],
        payees=[payee.owner_id],
        unless=partial(ledger_holds.is_known, key, made_by=payer.pk),
    )
    may_move()
    _require_worth_something(amount, payee)
    proof = prove(payer, amount, pin)
    lives = lives or dt.timedelta(days=settings.HOLD_LIFE_DAYS)
    made_at = timestamp()  # before the transaction, which may run more than once
    settle(source)  # not inside the transaction: reading pending entries there would abort payments that come in

    def decide() -> Placing:
        may_move()  # again: the payer or the payee may have been frozen since the first check
        placing = ledger_holds.place_hold(
            key=key,
            purpose=purpose,
            note=note,
            source=source.pk,
            target=payee.pk,
            amount=amount,
            lives=lives,
            made_by=payer.pk,
            made_at=made_at,
        )
        if placing.is_new:  # a repeated key must not notify the payee again
            proof.spend()
            kind = TO_ACCEPT if purpose == Purpose.TWO_STEP else HELD
            tell(payee.owner_id, kind, actor=payer.pk, amount=amount, subject=placing.reference)
        return placing

    # Only the source: a hold changes no other wallet's row.
    return in_one_transaction(decide, wallets=[source.pk], with_it=with_it)


def why_not_placed(placing: Placing) -> InsufficientFunds | None:
    """Returns why the hold was declined, as an error for the payer; None if it was placed."""
    return InsufficientFunds() if placing.outcome == Status.DECLINED else None


def capture_hold(*, payee: User, hold: Hold, amount: Money, key: UUID) -> Transfer:
    """The payee captures `amount`, all of the hold or a part, which ends the hold. Returns the booked transfer.

    `amount` is in the currency of the hold. The rest is released to the payer. A two-step payment is captured as a
    whole only. A payee with another currency receives the amount at today's rate. The same key again returns the same
    transfer. Raises what `decide_capture` raises, and HoldHasEnded.
    """
    posting = decide_capture(payee=payee, hold=hold, amount=amount, key=key)
    if declined := why_not_captured(posting, hold):
        raise declined
    return Transfer.objects.get(pk=posting.transfer_id)


def decide_capture(
    *, payee: User, hold: Hold, amount: Money, key: UUID, with_it: WithIt[Posting] | None = None
) -> Posting:
    """As `capture_hold`, but returns that the hold has ended instead of raising it, so that `with_it` is stored, too.

    Raises AccountFrozen, MoreThanHeld, OnlyAsAWhole, NotPositive, TooSmallToConvert, AmountTooLarge, KeyReused, Busy,
    InDoubt, ServiceDown.
    """
    assert hold.target.owner_id == payee.pk
    may_move = partial(
        require_may_move,
        payee.pk,
        payers=[hold.source.owner_id],
        payees=[payee.pk],
        unless=partial(is_known, key, made_by=payee.pk),
    )
    may_move()
    if amount.minor <= 0:
        raise NotPositive
    if amount > hold.amount:
        raise MoreThanHeld(hold.amount)
    if hold.is_two_step and amount != hold.amount:
        raise OnlyAsAWhole
    # At today's rate, and not at the rate when the hold was placed: a hold fixes the payer's amount only.
    received = converted(amount, to=hold.target.currency).target
    if received.minor <= 0:
        raise TooSmallToConvert
    made_at = timestamp()  # before the transaction, which may run more than once
    instruction = Instruction(
        key=key,
        kind=CAPTURE,
        note=hold.note,
        legs=legs_between(hold.source, hold.target, paid=amount, received=received),
        hold=hold.pk,
    )

    def decide() -> Posting:
        may_move()  # again: the payer or the payee may have been frozen since the first check
        posting = post(instruction, made_by=payee.pk, made_at=made_at)
        if posting.is_new:  # a repeated key must not notify the payer again
            tell(hold.source.owner_id, HOLD_CAPTURED, actor=payee.pk, amount=amount, subject=posting.reference)
        return posting

    return in_one_transaction(decide, wallets=lock_set(hold.source, hold.target), with_it=with_it)


def why_not_captured(posting: Posting, hold: Hold) -> HoldHasEnded | None:
    """Returns why the capture was declined, as an error for the payee; None if it is booked."""
    if posting.outcome == Outcome.HOLD_HAS_ENDED:
        return how_it_ended(hold)
    assert posting.outcome == Outcome.BOOKED, posting.outcome
    return None


def release_hold(*, by: User, hold: Hold) -> Hold:
    """The payee releases the hold, or the payer cancels a two-step hold. A second call changes nothing.

    Frozen people may do both: the money stays in the wallet, and would be released when the hold expires anyway.
    Raises HoldHasEnded, Busy, InDoubt.
    """
    if decide_release(by=by, hold=hold) != Status.RELEASED:
        raise how_it_ended(hold)
    return _fresh(hold.pk)


def decide_release(*, by: User, hold: Hold, with_it: WithIt[str] | None = None) -> str:
    """As `release_hold`, but returns the hold's final status, so that `with_it` is stored in the same transaction.

    Raises Busy, InDoubt.
    """
    assert can_release(by=by, hold=hold)

    def decide() -> str:
        before = Hold.objects.values_list("status", flat=True).get(pk=hold.pk)
        ending = end_hold(hold.pk, Status.RELEASED)
        if before == Status.OPEN and ending == Status.RELEASED:  # ended by this call: the other party is notified once
            others = {hold.source.owner_id, hold.target.owner_id} - {by.pk}
            for other in others:
                tell(other, HOLD_RELEASED, actor=by.pk, amount=hold.amount, subject=hold.reference)
        return ending

    return in_one_transaction(decide, wallets=[hold.source_id], with_it=with_it)


def can_release(*, by: User, hold: Hold) -> bool:
    """Whether `by` may end the hold: the payee always, the payer only if the hold is two-step."""
    return by.pk == hold.target.owner_id or (hold.is_two_step and by.pk == hold.source.owner_id)


def how_it_ended(hold: Hold) -> HoldHasEnded:
    """Returns how the hold has ended, as an error for the person who wanted to capture or release it."""
    now = _fresh(hold.pk)
    if now.is_open:  # its time is over, and the worker has not closed it yet
        return HoldHasEnded(Status.EXPIRED, Status.EXPIRED.label)
    return HoldHasEnded(now.status, now.get_status_display())


def expire_due_holds() -> int:
    """Ends the open holds whose time is over by the database's clock. Returns how many. Raises Busy, InDoubt."""
    ours = Hold.objects.filter(purpose__in=Purpose.values)  # another room ends its own holds
    due = ours.filter(status=Status.OPEN, expires_at__lte=Now()).values_list("pk", "source_id")
    # One transaction for each hold, so that each locks one wallet only.
    endings = [
        in_one_transaction(partial(end_hold, hold, Status.EXPIRED), wallets=[source]) for hold, source in list(due)
    ]
    return endings.count(Status.EXPIRED)


def _require_worth_something(amount: Money, target: Wallet) -> None:
    """Raises NotPositive, TooSmallToConvert, AmountTooLarge, ConversionDown."""
    if amount.minor <= 0:
        raise NotPositive
    if converted(amount, to=target.currency).target.minor <= 0:
        raise TooSmallToConvert


def _fresh(hold: int) -> Hold:
    return queries.holds().get(pk=hold)

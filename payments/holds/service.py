"""Holds: an amount is kept in the payer's wallet for a payee, who may capture it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now

from accounts.models import User
from accounts.people.standing import require_may_move
from accounts.pins.pin import needs_pin
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

from . import queries
from .errors import HoldForOneself, HoldHasEnded, MoreThanHeld, OnlyAsAWhole
from .kinds import CAPTURE, HELD, HOLD_CAPTURED, HOLD_RELEASED, TO_ACCEPT

Status, Purpose = Hold.Status, Hold.Purpose


def require_placeable(*, payer: User, payee: Wallet, amount: Money) -> None:
    """An early, friendly no, before the payer is asked for their PIN. Placing it decides again.

    Raises HoldForOneself, AccountFrozen, NotPositive, TooSmallToConvert, InsufficientFunds, ServiceDown.
    """
    source = wallet_of(payer)
    if source == payee:
        raise HoldForOneself
    require_may_move(payer.pk, payers=[payer.pk], payees=[payee.owner_id])
    _require_worth_something(amount, payee)
    settle(source)
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
    """Places a hold of `amount` in the payer's wallet for the payee; `lives` as long as HOLD_LIFE_DAYS unless said.

    Raises what `decide_hold` raises, and InsufficientFunds.
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
    """As `place_hold`; a decline is answered and not raised, so that `with_it` can be stored beside it.

    `pin` None: whoever calls has made sure of the payer otherwise. Raises HoldForOneself, AccountFrozen, NotPositive,
    PinWrong …, KeyReused, Busy, ServiceDown.
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
    if pin is not None and needs_pin(amount):
        payer.verify_pin(pin)
    lives = lives or dt.timedelta(days=settings.HOLD_LIFE_DAYS)
    made_at = timestamp()
    settle(source)

    def decide() -> Placing:
        may_move()  # somebody may have been frozen meanwhile
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
        if placing.is_new:
            kind = TO_ACCEPT if purpose == Purpose.TWO_STEP else HELD
            tell(payee.owner_id, kind, actor=payer.pk, amount=amount, subject=placing.reference)
        return placing

    return in_one_transaction(decide, wallets=[source.pk], with_it=with_it)


def why_not_placed(placing: Placing) -> InsufficientFunds | None:
    """Why the hold was declined, in words for the payer; None where it was placed."""
    return InsufficientFunds() if placing.outcome == Status.DECLINED else None


def capture_hold(*, payee: User, hold: Hold, amount: Money, key: UUID) -> Transfer:
    """The payee takes `amount`, all or part; what is left goes back to the payer. It ends the hold.

    A two-step transfer is accepted whole. In another currency it arrives at today's rate. Sent again under the same
    key it answers with the same transfer. Raises what `decide_capture` raises, and HoldHasEnded.
    """
    posting = decide_capture(payee=payee, hold=hold, amount=amount, key=key)
    if declined := why_not_captured(posting, hold):
        raise declined
    return Transfer.objects.get(pk=posting.transfer_id)


def decide_capture(
    *, payee: User, hold: Hold, amount: Money, key: UUID, with_it: WithIt[Posting] | None = None
) -> Posting:
    """As `capture_hold`; that the hold has ended is answered and not raised, so that `with_it` can be stored beside it.

    Raises AccountFrozen, MoreThanHeld, OnlyAsAWhole, NotPositive, TooSmallToConvert, KeyReused, Busy, ServiceDown.
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
    received = converted(amount, to=hold.target.currency).target
    if received.minor <= 0:
        raise TooSmallToConvert
    made_at = timestamp()
    instruction = Instruction(
        key=key,
        kind=CAPTURE,
        note=hold.note,
        legs=legs_between(hold.source, hold.target, paid=amount, received=received),
        hold=hold.pk,
    )

    def decide() -> Posting:
        may_move()  # somebody may have been frozen meanwhile
        posting = post(instruction, made_by=payee.pk, made_at=made_at)
        if posting.is_new:
            tell(hold.source.owner_id, HOLD_CAPTURED, actor=payee.pk, amount=amount, subject=posting.reference)
        return posting

    return in_one_transaction(decide, wallets=lock_set(hold.source, hold.target), with_it=with_it)


def why_not_captured(posting: Posting, hold: Hold) -> HoldHasEnded | None:
    """Why the capture was declined, in words for the payee; None where it is booked."""
    if posting.outcome == Outcome.HOLD_HAS_ENDED:
        return how_it_ended(hold)
    assert posting.outcome == Outcome.BOOKED, posting.outcome
    return None


def release_hold(*, by: User, hold: Hold) -> Hold:
    """The payee releases it, or the payer cancels a two-step hold. Doing it twice is doing it once.

    Whoever is frozen may do both: the money stays where it is, and would be free at the hold's end anyway.
    Raises HoldHasEnded, Busy.
    """
    if decide_release(by=by, hold=hold) != Status.RELEASED:
        raise how_it_ended(hold)
    return _fresh(hold.pk)


def decide_release(*, by: User, hold: Hold, with_it: WithIt[str] | None = None) -> str:
    """As `release_hold`, answering how the hold has ended, so that `with_it` can be stored beside it. Raises Busy."""
    assert can_release(by=by, hold=hold)

    def decide() -> str:
        before = Hold.objects.values_list("status", flat=True).get(pk=hold.pk)
        ending = end_hold(hold.pk, Status.RELEASED)
        if before == Status.OPEN and ending == Status.RELEASED:
            others = {hold.source.owner_id, hold.target.owner_id} - {by.pk}
            for other in others:
                tell(other, HOLD_RELEASED, actor=by.pk, amount=hold.amount, subject=hold.reference)
        return ending

    return in_one_transaction(decide, wallets=[hold.source_id], with_it=with_it)


def can_release(*, by: User, hold: Hold) -> bool:
    return by.pk == hold.target.owner_id or (hold.is_two_step and by.pk == hold.source.owner_id)


def how_it_ended(hold: Hold) -> HoldHasEnded:
    """Why nothing can be done about it any more, in words for the person."""
    now = _fresh(hold.pk)
    if now.is_open:  # its time is over, and the worker has not come by yet
        return HoldHasEnded(Status.EXPIRED, Status.EXPIRED.label)
    return HoldHasEnded(now.status, now.get_status_display())


def expire_due_holds() -> int:
    """Gives back what was not taken in time, by the database's clock; how many holds that were."""
    due = Hold.objects.filter(status=Status.OPEN, expires_at__lte=Now()).values_list("pk", "source_id")
    endings = [
        in_one_transaction(partial(end_hold, hold, Status.EXPIRED), wallets=[source]) for hold, source in list(due)
    ]
    return endings.count(Status.EXPIRED)


def _require_worth_something(amount: Money, target: Wallet) -> None:
    if amount.minor <= 0:
        raise NotPositive
    if converted(amount, to=target.currency).target.minor <= 0:
        raise TooSmallToConvert


def _fresh(hold: int) -> Hold:
    return queries.holds().get(pk=hold)

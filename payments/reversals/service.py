"""Undoing a transfer: once, by its maker, within 60 minutes of its booking. Nothing prolongs this window."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import Protocol
from uuid import UUID

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people.standing import require_may_move
from events.notices import tell
from ledger.exchange import is_still_worth
from ledger.kinds import known_kinds
from ledger.models import Transfer
from ledger.posting import Instruction, Outcome, Posting, is_known, post
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import lock_set

from .errors import AlreadyUndone, CannotUndo, PayeeLacksFunds, RateMoved
from .kinds import REVERSAL, UNDONE

UNDO_WINDOW = dt.timedelta(minutes=60)


class Undoable(Protocol):
    """What `can_undo` reads: a transfer, or a line of a history with the same attributes."""

    @property
    def made_by_id(self) -> int: ...
    @property
    def kind(self) -> str: ...
    @property
    def is_booked(self) -> bool: ...
    @property
    def made_at(self) -> dt.datetime: ...
    @property
    def booked_at(self) -> dt.datetime: ...


def undo(*, maker: User, transfer: Transfer, key: UUID) -> Transfer:
    """Undoes the transfer and returns the reversal, a new transfer that points at the first one.

    Raises what `decide_undo` raises, AlreadyUndone and PayeeLacksFunds.
    """
    posting = decide_undo(maker=maker, transfer=transfer, key=key)
    if declined := why_declined(posting):
        raise declined
    return Transfer.objects.get(pk=posting.transfer_id)


def decide_undo(*, maker: User, transfer: Transfer, key: UUID, with_it: WithIt[Posting] | None = None) -> Posting:
    """As `undo`, but a decline is returned and not raised, so that `with_it` is stored in the same transaction.

    Raises CannotUndo (another maker, a kind that cannot be undone, not booked, or too late), RateMoved, AccountFrozen,
    RoleMissing, OwnAccount, KeyReused, Busy, InDoubt, ServiceDown.
    """
    if transfer.made_by_id != maker.pk or not _is_undoable(transfer.kind) or not transfer.is_booked:
        raise CannotUndo
    may_move = partial(  # no `payees`: the money comes back to the maker or into the cashier's drawer
        require_may_move,
        maker.pk,
        roles=known_kinds[transfer.kind].made_by_roles,
        payers=[transfer.target.owner_id],
        unless=partial(is_known, key, made_by=maker.pk),
    )
    may_move()
    if not is_still_worth(transfer.received, transfer.paid) and not is_known(key, made_by=maker.pk):
        raise RateMoved
    made_at = timestamp()  # before the transaction, which may run more than once
    settle(transfer.target)  # so that a merchant's pending entries can pay the reversal

    def decide() -> Posting:
        may_move()  # again: standing or role may have changed since the first check
        # A key that was decided in time gets its first result again, also after the window.
        if not _is_in_time(transfer) and not is_known(key, made_by=maker.pk):
            raise CannotUndo
        may_owe = known_kinds[transfer.kind].undo_may_owe
        posting = post(
            Instruction(key=key, kind=REVERSAL, note=transfer.note, reverses=transfer.pk, may_owe=may_owe),
            made_by=maker.pk,
            made_at=made_at,
        )
        payee = transfer.target.owner_id
        if posting.is_new and payee != maker.pk:  # a top-up on trust is undone by the payee, who knows
            tell(payee, UNDONE, actor=maker.pk, amount=transfer.received, subject=posting.reference)
        return posting

    return in_one_transaction(decide, wallets=lock_set(transfer.target, transfer.source), with_it=with_it)


def why_declined(posting: Posting) -> CannotUndo | None:
    """Returns why the undo was declined, as an error for the maker; None if it is booked."""
    match posting.outcome:
        case Outcome.INSUFFICIENT_FUNDS:
            return PayeeLacksFunds()
        case Outcome.ALREADY_REVERSED:
            return AlreadyUndone()
        case Outcome.ALREADY_REFUNDED:
            return CannotUndo(_("This cannot be undone, because a part of it was already refunded."))
    return None


def can_undo(*, maker: User, transfer: Undoable) -> bool:
    """Whether the Undo button is shown. `undo` decides again, by the database's clock."""
    # The earlier of both times, so that the button is also gone by the timestamp that people read beside it.
    moved_at = min(transfer.booked_at, transfer.made_at)
    return (
        transfer.made_by_id == maker.pk
        and _is_undoable(transfer.kind)
        and maker.role in (known_kinds[transfer.kind].made_by_roles or User.Role)
        and transfer.is_booked
        and timezone.now() < moved_at + UNDO_WINDOW
    )


def _is_in_time(transfer: Transfer) -> bool:
    """Whether the window is still open by the database's clock, at the moment of asking."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp() <= %s", [transfer.booked_at + UNDO_WINDOW])
        return cursor.fetchone()[0]


def _is_undoable(kind: str) -> bool:
    return kind in known_kinds and known_kinds[kind].undoable

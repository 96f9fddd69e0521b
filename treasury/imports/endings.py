"""Undoing an import: every opening is reversed, as long as nobody has moved money since.

The accounts stay, with a balance of zero: what was made is not unmade. Who is a member by then can be matched when the
export is imported again.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from uuid import uuid5

from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people.errors import OwnAccount
from accounts.people.roles import TREASURY
from accounts.people.standing import may_not_move, require_may_move
from accounts.pins.errors import PinLimited
from conversion.errors import Unavailable
from events.notices import tell
from ledger.posting import Instruction, post_all
from ledger.posting import Outcome as Posted
from ledger.timestamps import timestamp
from ledger.transactions import in_one_transaction
from payments.owners import wallet_of
from payments.reversals.kinds import REVERSAL, UNDONE

from . import queries
from .errors import ImportIsClosed, Touched
from .models import Import, ImportRow
from .service import locked

Status, Outcome = Import.Status, ImportRow.Outcome
log = logging.getLogger(__name__)

MOST_SECONDS_A_TURN = 3.0  # the worker has other jobs


class _Declined(Exception):
    """The ledger declined a reversal; nothing of the row was reversed."""


def undo(*, by: User, found: Import, pin: str) -> None:
    """Lets the worker reverse everything that was booked. A second call changes nothing.

    Raises Touched, ImportIsClosed, OwnAccount where the import opened this person's own balance, PinMissing, PinWrong,
    PinLocked, PinLimited, AccountFrozen, RoleMissing, Busy.
    """
    require_may_move(by.pk, roles=TREASURY)
    if by.verify_pin(pin):
        raise PinLimited

    def decide() -> None:
        require_may_move(by.pk, roles=TREASURY)
        now = locked(found.pk)
        if now.status in (Status.UNDOING, Status.UNDONE):
            return
        if not now.is_finished:
            raise ImportIsClosed
        if now.rows.filter(target=by, outcome=Outcome.BOOKED).exists():
            raise OwnAccount
        if queries.touched(now):
            raise Touched
        Import.objects.filter(pk=now.pk).update(status=Status.UNDOING, undone_by=by, ended_at=Now())

    in_one_transaction(decide)


def undo_running() -> int:
    """Reverses the next people of every import that is being undone. Returns how many were decided."""
    stop_at, decided = time.monotonic() + MOST_SECONDS_A_TURN, 0
    for found in Import.objects.filter(status=Status.UNDOING).order_by("pk"):
        try:
            while time.monotonic() < stop_at and undo_next(found):
                decided += 1
        except Unavailable as error:
            log.warning("undoing import %s waits: %s", found.reference, error)
        except Exception:  # an error in one import must not stop the others
            log.exception("undoing import %s failed", found.reference)
    return decided


def undo_next(found: Import) -> bool:
    """Reverses the next row; ends the undoing where none is left. Returns whether a row was decided.

    A row whose member has moved money meanwhile, or is frozen, stays imported, and says so.
    """
    row = found.rows.filter(outcome=Outcome.BOOKED, outcome_text="").select_related("target").order_by("number").first()
    if row is None:
        in_one_transaction(lambda: _end(found))
        return False
    assert row.target is not None
    wallet, made_at, row_id = wallet_of(row.target), timestamp(), row.pk
    try:
        return in_one_transaction(lambda: _reverse(found, row_id, made_at), wallets=[wallet.pk])
    except _Declined:
        text = _("Not undone: the wallet would be below what it allows.")
        return in_one_transaction(lambda: _stays(row_id, text))


def _reverse(found: Import, row_id: int, made_at: dt.datetime | None) -> bool:
    """Reverses one row inside the money transaction. Returns False where nobody may do it now."""
    now = locked(found.pk)
    row = ImportRow.objects.select_for_update(no_key=True, of=("self",)).get(pk=row_id)
    row.of_import = now
    if now.status != Status.UNDOING or row.outcome != Outcome.BOOKED or row.outcome_text:
        return True  # another worker was faster
    assert now.undone_by_id is not None
    barred = may_not_move(now.undone_by_id, roles=TREASURY, payers=[row.target_id])
    if now.undone_by_id in barred:
        return False
    if barred:
        return _stays(row.pk, _("Not undone: the account is frozen or not active."))
    if queries.touched(now, row=row.pk):
        return _stays(row.pk, _("Not undone: money was moved since."))
    parts = [(row.opening_id, row.opening_minor), (row.difference_id, row.difference_minor)]
    parts.sort(key=lambda part: part[1])  # what the member had to pay comes back first
    instructions = [
        Instruction(key=uuid5(now.reference, f"undo {transfer}"), kind=REVERSAL, reverses=transfer, may_owe=True)
        for transfer, _minor in parts
        if transfer
    ]
    postings = post_all(instructions, made_by=now.undone_by_id, made_at=made_at) if instructions else []
    # Untouched, the wallet has what it got. But a debt that the opening paid back may have raised the wallet's floor.
    if any(posting.outcome != Posted.BOOKED or posting.differs for posting in postings):
        raise _Declined
    ImportRow.objects.filter(pk=row.pk).update(outcome=Outcome.UNDONE)
    if postings:
        tell(row.target_id, UNDONE, actor=now.undone_by_id, amount=row.taken, subject=postings[-1].reference)
    return True


def _stays(row_id: int, text: str) -> bool:
    ImportRow.objects.filter(pk=row_id, outcome=Outcome.BOOKED).update(outcome_text=text)
    return True


def _end(found: Import) -> None:
    now = locked(found.pk)
    if now.status == Status.UNDOING and not now.rows.filter(outcome=Outcome.BOOKED, outcome_text="").exists():
        Import.objects.filter(pk=now.pk).update(status=Status.UNDONE, ended_at=Now())

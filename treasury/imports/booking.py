"""The worker's part of an import: registers and credits one person after the other, each in a transaction of their own.

An account has its key from the import and the row's number, and so has each transfer. So a worker may be killed at any
moment, and several may work at once.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from uuid import uuid5

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.people.queries import free_username
from accounts.people.roles import TREASURY
from accounts.people.standing import may_not_move
from conversion.errors import Unavailable
from conversion.money import Money
from events.notices import tell
from ledger.floors import set_floor, wished_floor
from ledger.models import Wallet
from ledger.posting import Instruction, Leg, post_all
from ledger.posting import Outcome as Posted
from ledger.timestamps import timestamp
from ledger.transactions import in_one_transaction
from ledger.wallets import system_wallet
from payments.owners import wallet_of
from payments.registration.service import NameTaken, register_from_import

from . import queries
from .kinds import IMPORT_DIFFERENCE, IMPORT_DIFFERENCES, IMPORTED, IMPORTS, OPENING_BALANCE
from .models import Import, ImportRow
from .products import Paused, take_next
from .service import let_in_by, locked, maker_of

Status, Action, Outcome = Import.Status, ImportRow.Action, ImportRow.Outcome
log = logging.getLogger(__name__)

DEBT = "a debt from before, by an import"  # why a floor was set
MOST_SECONDS_A_TURN = 3.0  # the worker has other jobs


class _Refused(Exception):
    """The row cannot be booked. The text says why; nothing of it was booked."""


def import_running() -> int:
    """Imports the next people and products of every confirmed import, for MOST_SECONDS_A_TURN. Returns how many.

    An import whose people are no longer who they were (frozen, without the role) waits for them.
    """
    stop_at, decided = time.monotonic() + MOST_SECONDS_A_TURN, 0
    for found in Import.objects.filter(status=Status.RUNNING).order_by("pk"):
        try:
            while time.monotonic() < stop_at and import_next(found):
                decided += 1
        except Paused:
            log.warning("import %s waits: who confirmed it may not act", found.reference)
        except Unavailable as error:
            log.warning("import %s waits: %s", found.reference, error)
        except Exception:  # an error in one import must not stop the others
            log.exception("import %s failed", found.reference)
    return decided


def import_next(found: Import) -> bool:
    """Decides the next waiting row, then the next product; finishes the import where none is left.

    Returns whether there was one.
    """
    row = found.rows.filter(outcome=Outcome.WAITING).order_by("number").first()
    if row is None:
        if take_next(found):
            return True
        in_one_transaction(lambda: _finish(found))
        return False
    row.of_import = found
    if row.action == Action.REGISTER and row.target_id is None:
        row.target = _registered(row)
        with transaction.atomic():
            waiting = ImportRow.objects.filter(pk=row.pk, target=None, outcome=Outcome.WAITING)
            waiting.update(target=row.target)
    assert row.target is not None
    wallet, made_at = wallet_of(row.target), timestamp()

    def decide() -> None:
        _book(found, row.pk, wallet, made_at)

    try:
        in_one_transaction(decide, wallets=[wallet.pk])
    except _Refused as refusal:
        _refuse(found, row, str(refusal))
    return True


def _registered(row: ImportRow) -> User:
    """The account of a row, made by the administrator who confirmed or approved the import. Raises Paused."""
    found = row.of_import
    by = let_in_by(found.confirmed_by_id, found.approved_by_id)
    if by is None:
        raise Paused
    person = {
        "by": User.objects.get(pk=by),
        "key": uuid5(found.reference, f"account {row.number}"),
        "first_name": row.first_name,
        "last_name": row.last_name,
        "currency": found.currency_code,
    }
    username, email = row.username, row.email
    while True:
        try:
            return register_from_import(username=username, email=email, **person)  # type: ignore[arg-type]
        except NameTaken as taken:  # since the preview
            if taken.field == "email":
                email = ""
            else:
                username = free_username(row.first_name, row.last_name)


def _book(found: Import, row_id: int, wallet: Wallet, made_at: dt.datetime | None) -> None:
    """Books one row inside the money transaction. Raises Paused, _Refused; then nothing of it is booked."""
    now = locked(found.pk)
    row = ImportRow.objects.select_for_update(no_key=True, of=("self",)).get(pk=row_id)
    row.of_import = now
    if now.status != Status.RUNNING or row.outcome != Outcome.WAITING:
        return  # another worker was faster
    maker = maker_of(now, row.target_id)
    if maker is None:
        raise _Refused(_("Nobody may book this balance: it is that of the person who confirmed the import."))
    barred = may_not_move(maker, roles=TREASURY, payees=[row.target_id])
    if maker in barred:
        raise Paused
    if barred:
        raise _Refused(_("The account is frozen or not active."))
    amounts = [
        (OPENING_BALANCE, IMPORTS, row.opening_minor),
        (IMPORT_DIFFERENCE, IMPORT_DIFFERENCES, row.difference_minor),
    ]
    parts = [part for part in amounts if part[2]]
    parts.sort(key=lambda part: -part[2])  # what comes in first, so that it can pay what goes out
    wished = _let_owe(row, wallet, maker)
    instructions = [
        Instruction(
            key=uuid5(now.reference, f"{kind} {row.number}"),
            kind=kind,
            legs=(_leg(wallet, system_wallet(purpose, now.currency_code), Money(minor, now.currency)),),
            may_owe=minor < 0,  # down to the wallet's floor: the debt is an old one
        )
        for kind, purpose, minor in parts
    ]
    postings = post_all(instructions, made_by=maker, made_at=made_at) if instructions else []
    if any(posting.differs or posting.outcome != Posted.BOOKED for posting in postings):
        raise _Refused(_("The wallet would be below what it allows."))
    if wished is not None:
        set_floor(wallet, wished, made_by=maker, reason=DEBT)
    booked = {kind: posting.transfer_id for (kind, *_), posting in zip(parts, postings, strict=True)}
    ImportRow.objects.filter(pk=row.pk).update(
        outcome=Outcome.BOOKED, opening=booked.get(OPENING_BALANCE), difference=booked.get(IMPORT_DIFFERENCE)
    )
    tell(row.target_id, IMPORTED, actor=maker, amount=row.taken)


def _let_owe(row: ImportRow, wallet: Wallet, maker: int) -> Money | None:
    """Lowers the floor of a new member's wallet to the debt that is booked next. Returns what was wished before.

    The caller wishes that again after booking. So the ledger raises the floor as the debt is paid back, purchases obey
    the limit that was set for the member, and the debt itself allows nothing. None: the wallet has room.
    """
    now = Wallet.objects.get(pk=wallet.pk)
    assert row.taken is not None and now.floor is not None
    lowest = now.available + row.taken
    if lowest.minor >= now.floor or not queries.is_new(row):
        return None
    wished = wished_floor(now)
    set_floor(now, lowest, made_by=maker, reason=DEBT)
    return wished


def _leg(wallet: Wallet, other: int, amount: Money) -> Leg:
    """From the system's wallet to the member's, or back where the amount is negative."""
    return Leg(other, wallet.pk, amount) if amount.minor > 0 else Leg(wallet.pk, other, -amount)


def _refuse(found: Import, row: ImportRow, text: str) -> None:
    def decide() -> None:
        if locked(found.pk).status == Status.RUNNING:
            waiting = ImportRow.objects.filter(pk=row.pk, outcome=Outcome.WAITING)
            waiting.update(outcome=Outcome.REFUSED, outcome_text=text)

    in_one_transaction(decide)


def _finish(found: Import) -> None:
    """Ends the import, unless another worker did."""
    now = locked(found.pk)
    waits = any(each.filter(outcome=Outcome.WAITING).exists() for each in (now.rows, now.products))
    if now.status == Status.RUNNING and not waits:
        Import.objects.filter(pk=now.pk).update(status=Status.FINISHED, ended_at=Now())

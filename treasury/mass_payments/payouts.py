"""Paying what was confirmed: in order, chunk by chunk, with a result per row. The worker's part of a mass payment."""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections import deque
from functools import partial
from uuid import uuid5

from django.db.models import QuerySet
from django.db.models.functions import Now

from accounts.people.standing import may_not_move
from conversion.errors import Unavailable
from events.notices import tell_many
from ledger.posting import Instruction, Leg, Posting, post_all
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import in_one_transaction
from ledger.wallets import lock_set
from payments.transfers.kinds import RECEIVED

from .kinds import MASS_PAYMENT
from .models import MassPayment, MassPaymentRow
from .service import locked, update_rows

Status, Outcome = MassPayment.Status, MassPaymentRow.Outcome
log = logging.getLogger(__name__)

CHUNK = 100  # more at once would starve under live traffic; between two is
PAUSE_S = 0.05  # for those who wait on the same wallets
MOST_SECONDS_A_TURN = 3.0  # the worker has other jobs


def pay_running() -> int:
    """Pays a chunk of each confirmed mass payment in turn, for a few seconds; how many rows were decided.

    What cannot go on now (no clock, a maker who is frozen or lost the role) is left for the next turn, and keeps no
    other waiting.
    """
    stop_at = time.monotonic() + MOST_SECONDS_A_TURN
    turns = deque(MassPayment.objects.filter(status=Status.RUNNING).select_related("source").order_by("confirmed_at"))
    decided = 0
    while turns and time.monotonic() < stop_at:
        mass_payment = turns.popleft()
        try:
            rows = pay_next_chunk(mass_payment)
        except Unavailable as error:
            log.warning("mass payment %s waits: %s", mass_payment.reference, error)
        except Exception:
            log.exception("mass payment %s does not go on", mass_payment.reference)
        else:
            decided += rows
            if rows == CHUNK:
                turns.append(mass_payment)
                time.sleep(PAUSE_S)
    return decided


def pay_next_chunk(mass_payment: MassPayment) -> int:
    """Decides the next rows in order, at most CHUNK; how many. The last one finishes it.

    It may be cut off anywhere and called by several at once: rows, money and notices are written in one transaction.
    Raises ServiceDown, Busy: nothing of this chunk was booked.
    """
    chunk = list(_waiting(mass_payment).select_related("target")[:CHUNK])
    if not chunk:
        return 0
    made_at = timestamp()
    settle(mass_payment.source)
    line = {wallet for row in chunk for wallet in lock_set(mass_payment.source, row.payee)}
    decide = partial(_pay, mass_payment.pk, [row.pk for row in chunk], made_at)
    return in_one_transaction(decide, wallets=line)


def _pay(mass_payment_id: int, chunk: list[int], made_at: dt.datetime | None) -> int:
    """The whole decision. A worker that waited for another one finds the rows decided."""
    mass_payment = locked(mass_payment_id)
    if not mass_payment.is_running:
        return 0
    rows = list(
        _waiting(mass_payment)
        .filter(pk__in=chunk)
        .select_for_update(no_key=True, of=("self",))
        .select_related("target")
    )
    maker = mass_payment.maker_id
    payees = [row.payee.owner_id for row in rows]
    barred = may_not_move(maker, roles=MASS_PAYMENT.made_by_roles, payers=[maker], payees=payees)
    if maker in barred:
        return 0
    payable = [
        row for row in rows if row.payee.owner_id not in barred
    ]  # somebody may have been frozen since the preview
    postings = _posted(mass_payment, payable, made_at) if payable else []
    _store_results(rows, {row.pk: posting for row, posting in zip(payable, postings, strict=True)})
    tell_many(
        [
            (posting.reference, row.payee.owner_id, row.due)
            for row, posting in zip(payable, postings, strict=True)
            if posting.is_new
        ],
        RECEIVED,
        actor=maker,
    )
    if not _waiting(mass_payment).exists():
        MassPayment.objects.filter(pk=mass_payment_id).update(status=Status.FINISHED, ended_at=Now())
    return len(rows)


def _posted(mass_payment: MassPayment, rows: list[MassPaymentRow], made_at: dt.datetime | None) -> list[Posting]:
    """The key is made of the row: whatever is cut off and begun again, it books once."""
    instructions = [
        Instruction(
            key=uuid5(mass_payment.reference, str(row.number)),
            kind=MASS_PAYMENT,
            note=row.note,
            legs=(Leg(mass_payment.source_id, row.payee.pk, row.due),),
        )
        for row in rows
    ]
    return post_all(instructions, made_by=mass_payment.maker_id, made_at=made_at)


def _store_results(rows: list[MassPaymentRow], postings: dict[int, Posting]) -> None:
    """`postings` by the id of the row; those without one were not asked of the ledger."""
    results = [_result(postings.get(row.pk)) for row in rows]
    update_rows(
        {"outcome": "text", "transfer_id": "bigint"},
        [row.pk for row in rows],
        [outcome for outcome, _transfer in results],
        [transfer for _outcome, transfer in results],
    )


def _result(posting: Posting | None) -> tuple[str, int | None]:
    """REFUSED is what no preview lets through: a result all the same, so that no row keeps the others waiting."""
    if posting is None:
        return Outcome.ACCOUNT_FROZEN, None
    if posting.differs or posting.outcome not in (Outcome.BOOKED, Outcome.INSUFFICIENT_FUNDS):
        log.error("the ledger refused a row of a mass payment: %s", posting)
        return Outcome.REFUSED, None
    return posting.outcome, posting.transfer_id


def _waiting(mass_payment: MassPayment) -> QuerySet[MassPaymentRow]:
    return mass_payment.rows.filter(outcome=Outcome.WAITING).order_by("number")

"""The worker's part of a mass payment: pays the rows in order, chunk by chunk, with a result for each row."""

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
from events.notices import tell, tell_many
from ledger.posting import Instruction, Leg, Posting, post_all
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import in_one_transaction
from ledger.wallets import lock_set
from payments.transfers.kinds import RECEIVED

from .kinds import FINISHED, MASS_PAYMENT
from .models import MassPayment, MassPaymentRow
from .service import locked, update_rows

Status, Outcome = MassPayment.Status, MassPaymentRow.Outcome
log = logging.getLogger(__name__)

CHUNK = 100  # rows in one transaction; larger transactions would starve under live traffic
PAUSE_S = 0.05  # between two chunks, for other transactions that wait for the same wallets
MOST_SECONDS_A_TURN = 3.0  # the worker has other jobs


def pay_running() -> int:
    """Pays confirmed mass payments in turn, a chunk of each, for MOST_SECONDS_A_TURN. Returns how many rows it decided.

    A mass payment that cannot be paid now (the timestamp service is down, its maker is frozen or lost the role) is left
    for the next turn of the job. It does not delay the others.
    """
    stop_at = time.monotonic() + MOST_SECONDS_A_TURN
    turns = deque(MassPayment.objects.filter(status=Status.RUNNING).select_related("source").order_by("confirmed_at"))
    decided = 0
    while turns and time.monotonic() < stop_at:
        mass_payment = turns.popleft()
        try:
            rows = pay_next_chunk(mass_payment)
        except Unavailable as error:
            log.warning("mass payment %s cannot be paid now: %s", mass_payment.reference, error)
        except Exception:  # an error in one mass payment must not stop the others
            log.exception("paying mass payment %s failed", mass_payment.reference)
        else:
            decided += rows
            if rows == CHUNK:  # fewer: no rows are left, it is paused, or another worker decided them
                turns.append(mass_payment)
                time.sleep(PAUSE_S)
    return decided


def pay_next_chunk(mass_payment: MassPayment) -> int:
    """Decides the next rows in order, at most CHUNK, and returns how many. The last row finishes the mass payment.

    Outcomes, money and notices are written in one transaction. So a worker may be killed at any point, and several
    workers may call this at once. Raises ServiceDown, Busy; then nothing of this chunk was booked.
    """
    chunk = list(_waiting(mass_payment).select_related("target")[:CHUNK])
    if not chunk:
        return 0
    made_at = timestamp()  # before the transaction, which asks no other service
    settle(mass_payment.source)  # a merchant's wallet can spend only what is settled
    line = {wallet for row in chunk for wallet in lock_set(mass_payment.source, row.payee)}
    decide = partial(_pay, mass_payment.pk, [row.pk for row in chunk], made_at)
    return in_one_transaction(decide, wallets=line)


def _pay(mass_payment_id: int, chunk: list[int], made_at: dt.datetime | None) -> int:
    """Decides the rows of `chunk` inside the money transaction; returns how many it decided."""
    mass_payment = locked(mass_payment_id)
    if not mass_payment.is_running:
        return 0
    # Another worker may have decided some of these rows while this one waited for the lock: they are left out.
    rows = list(
        _waiting(mass_payment)
        .filter(pk__in=chunk)
        .select_for_update(no_key=True, of=("self",))
        .select_related("target")
    )
    maker = mass_payment.maker_id
    payees = [row.payee.owner_id for row in rows]
    barred = may_not_move(maker, roles=MASS_PAYMENT.made_by_roles, payees=payees)
    if maker in barred:  # the mass payment is paused: its rows stay as they are
        return 0
    payable = [row for row in rows if row.payee.owner_id not in barred]  # payees may be frozen since the preview
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
        tell(maker, FINISHED, actor=None, subject=mass_payment.reference)
    return len(rows)


def _posted(mass_payment: MassPayment, rows: list[MassPaymentRow], made_at: dt.datetime | None) -> list[Posting]:
    """Posts the rows, in order.

    The key is made from the mass payment's reference and the row's number. So a row that is tried again after a crash
    is still booked once.
    """
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
    """Writes the outcome of each row. `postings` are by the row's id; a row has none if its payee is barred."""
    results = [_result(postings.get(row.pk)) for row in rows]
    update_rows(
        {"outcome": "text", "transfer_id": "bigint"},
        [row.pk for row in rows],
        [outcome for outcome, _transfer in results],
        [transfer for _outcome, transfer in results],
    )


def _result(posting: Posting | None) -> tuple[str, int | None]:
    """The outcome of a row, and the id of its transfer.

    The preview finds every row that the ledger would refuse, so REFUSED should not occur. It is stored as an outcome
    nevertheless: otherwise one such row would block all rows after it.
    """
    if posting is None:
        return Outcome.ACCOUNT_FROZEN, None
    if posting.differs or posting.outcome not in (Outcome.BOOKED, Outcome.INSUFFICIENT_FUNDS):
        log.error("the ledger refused a row of a mass payment: %s", posting)
        return Outcome.REFUSED, None
    return posting.outcome, posting.transfer_id


def _waiting(mass_payment: MassPayment) -> QuerySet[MassPaymentRow]:
    return mass_payment.rows.filter(outcome=Outcome.WAITING).order_by("number")

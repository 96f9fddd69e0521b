"""How an order ends before or after it was collected: its buyer undoes it in time, or its seller refunds it."""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import connection

from accounts.models import User
from accounts.people.roles import CASH_DESK
from accounts.people.standing import require_may_move
from events.notices import tell
from ledger.exchange import is_still_worth
from ledger.models import Transfer
from ledger.posting import Instruction, Outcome, Posting, is_known, post
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import lock_set
from payments.reversals.errors import PayeeLacksFunds, RateMoved
from payments.reversals.kinds import REVERSAL, UNDONE
from shop.rules.queries import current
from shop.stock.models import Stock, StockMove
from shop.stock.service import lock_name, put

from .errors import CannotUndoOrder, DepositCameBack, OrderAlreadyUndone
from .models import Line, Order, OrderMoney, OrderStep

Status = Order.Status


def undo(*, order: Order, by: User, key: UUID, with_it: WithIt[Posting] | None = None) -> Posting:
    """Takes the purchase back: the money returns, and the goods are in stock again. Once, and only in time.

    `by` is the buyer, or who made the order for them, as a cashier does: then they must still have a role of the cash
    desk. The same key again returns the first result. Raises CannotUndoOrder, DepositCameBack, OrderAlreadyUndone,
    PayeeLacksFunds, RateMoved, AccountFrozen, RoleMissing, KeyReused, Busy, InDoubt, ServiceDown.
    """
    if by.pk not in (order.buyer_id, order.maker_id):
        raise CannotUndoOrder
    transfer = Transfer.objects.get(order_money__order=order)
    known = partial(is_known, key, made_by=by.pk)
    if not is_still_worth(transfer.received, transfer.paid) and not known():
        raise RateMoved
    made_at = timestamp()
    settle(transfer.target)  # so that what the seller was paid can go back
    lines = list(Line.objects.filter(order=order).order_by("number"))
    counted = Stock.objects.filter(pk__in=[line.variant_id for line in lines], strict=True).values_list("pk", flat=True)
    return in_one_transaction(
        partial(_undo, order.pk, by, transfer, lines, key, made_at),
        wallets=lock_set(transfer.target, transfer.source),
        also_lock=[lock_name(variant) for variant in counted],
        with_it=with_it,
    )


def _undo(
    number: int, by: User, transfer: Transfer, lines: list[Line], key: UUID, made_at: dt.datetime | None
) -> Posting:
    known = partial(is_known, key, made_by=by.pk)
    order = Order.objects.select_for_update().get(pk=number)
    is_of_a_cashier = transfer.source.floor is None or by.pk != order.buyer_id
    roles = CASH_DESK if is_of_a_cashier else None
    require_may_move(by.pk, roles=roles, payers=[transfer.target.owner_id], unless=known)
    if order.status == Status.UNDONE and not known():
        raise OrderAlreadyUndone
    if (order.status == Status.REFUNDED or order.refunded_minor or not is_in_time(order)) and not known():
        raise CannotUndoOrder
    if _has_deposit_back(order) and not known():
        raise DepositCameBack
    posting = post(
        Instruction(key=key, kind=REVERSAL, note=transfer.note, reverses=transfer.pk),
        made_by=by.pk,
        made_at=made_at,
    )
    if posting.outcome == Outcome.INSUFFICIENT_FUNDS:
        raise PayeeLacksFunds
    if posting.outcome != Outcome.BOOKED:
        raise OrderAlreadyUndone
    if posting.is_new:
        _end(order, Status.UNDONE, by)
        for line in lines:
            put(line.variant_id, line.quantity, StockMove.Reason.UNDO, by=by.pk, line=line.pk)
        if by.pk != order.buyer_id:
            tell(order.buyer_id, UNDONE, actor=by.pk, amount=transfer.paid, subject=posting.reference)
    return posting


def is_in_time(order: Order) -> bool:
    """Whether the window for an undo is still open, by the database's clock."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp() <= %s + make_interval(mins => %s)", [order.made_at, current().undo_minutes]
        )
        return cursor.fetchone()[0]


def _has_deposit_back(order: Order) -> bool:
    """Whether a deposit of the order was given back since. The database refuses the undo, too (till/sql/till.sql)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT shop_deposit_came_back(%s)", [order.pk])
        return cursor.fetchone()[0]


def _end(order: Order, status: str, by: User) -> None:
    order.status = status
    order.save(update_fields=["status"])
    OrderStep.objects.create(order=order, status=status, made_by=by)
    assert OrderMoney.objects.filter(order=order).exists()

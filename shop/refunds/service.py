"""Refunding an order by its lines: the money goes back, and the goods where somebody says so."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from uuid import UUID, uuid4

from django.db import connection

from accounts.models import User
from accounts.people.errors import RoleMissing
from accounts.people.roles import TREASURY
from accounts.people.standing import require_may_move
from conversion.errors import KeyReused
from conversion.money import Money
from events.notices import tell
from ledger.errors import TooSmallToConvert
from ledger.exchange import legs_between
from ledger.models import Transfer
from ledger.posting import Instruction, Outcome, Posting, is_known, post
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import lock_set
from payments.proofs import Proof, prove
from payments.reversals.kinds import REFUND, REFUNDED
from payments.reversals.refunds import money_back
from shop.orders.errors import SellerLacksFunds
from shop.orders.models import Line, Order
from shop.stock.models import Stock
from shop.stock.service import lock_name

from .errors import CannotRefundOrder, MoreThanSold, NothingToRefund, OwnPurchase
from .models import Refund


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to give back: how many of each line, by the lines' numbers in the order."""

    order: Order
    quantities: Mapping[int, int]
    restock: bool
    reason: str = ""


def worth(lines: Iterable[Line], quantities: Mapping[int, int]) -> int:
    """What so many of these lines cost, by the lines' numbers, in minor units of the seller."""
    return sum(line.unit_minor * quantities.get(line.number, 0) for line in lines)


def refund(wish: Wish, *, by: User, key: UUID, pin: str | None, with_it: WithIt[Posting] | None = None) -> Posting:
    """Gives back what the wish says. The same key again returns the first result.

    `by` is the seller, or somebody of the treasury who is not the buyer. Between currencies, the buyer gets it back at
    the rate of the purchase or at today's, whichever gives less. Raises NothingToRefund, MoreThanSold, OwnPurchase,
    CannotRefundOrder, SellerLacksFunds, RoleMissing, AccountFrozen, TooSmallToConvert, ConversionDown, PinMissing,
    PinWrong, PinLocked, OverPinLimit, KeyReused, Busy, InDoubt, ServiceDown.
    """
    order = wish.order
    transfer = Transfer.objects.select_related("source", "target").get(order_money__order=order)
    _require_right(order, transfer, by)
    lines = {line.number: line for line in Line.objects.filter(order=order)}
    wanted = {lines[number]: many for number, many in wish.quantities.items() if many > 0 and number in lines}
    if not wanted:
        raise NothingToRefund
    if wish.quantities.keys() - lines.keys() or any(many > line.quantity for line, many in wanted.items()):
        raise MoreThanSold
    amount = Money(worth(wanted, wish.quantities), transfer.target.currency)
    back = money_back(transfer, amount)  # the conversion service is asked before the transaction
    if back.minor <= 0:
        raise TooSmallToConvert
    proof = prove(by, amount, pin)
    made_at = timestamp()
    settle(transfer.target)  # a merchant can give back only what is settled
    instruction = Instruction(
        key=key,
        kind=REFUND,
        note=transfer.note,
        legs=legs_between(transfer.target, transfer.source, paid=amount, received=back),
        refunds=transfer.pk,
    )
    counted: list[int] = []
    if wish.restock:
        variants = [line.variant_id for line in wanted]
        counted = list(Stock.objects.filter(pk__in=variants, strict=True).values_list("pk", flat=True))
    decide = partial(_refund, wish, wanted, transfer, amount, back, instruction, by, proof, made_at)
    return in_one_transaction(
        decide,
        wallets=lock_set(transfer.target, transfer.source),
        also_lock=[lock_name(variant) for variant in counted],
        with_it=with_it,
    )


def _require_right(order: Order, transfer: Transfer, by: User) -> None:
    """The seller may, and the treasury for every seller; but nobody as staff for themselves."""
    if by.pk == transfer.target.owner_id:
        return
    if by.role not in TREASURY:
        raise RoleMissing
    if by.pk == order.buyer_id:
        raise OwnPurchase


def _refund(
    wish: Wish,
    wanted: Mapping[Line, int],
    transfer: Transfer,
    amount: Money,
    back: Money,
    instruction: Instruction,
    by: User,
    proof: Proof,
    made_at: dt.datetime | None,
) -> Posting:
    """Decides the refund. Runs inside the money transaction, once for each try."""
    known = partial(is_known, instruction.key, made_by=by.pk)
    order = Order.objects.select_for_update(no_key=True).get(pk=wish.order.pk)
    roles = None if by.pk == transfer.target.owner_id else TREASURY
    # No payees: the buyer only gets money back. So the buyer may be frozen.
    require_may_move(by.pk, roles=roles, payers=[transfer.target.owner_id], unless=known)
    if order.status == Order.Status.UNDONE and not known():
        raise CannotRefundOrder
    posting = post(instruction, made_by=by.pk, made_at=made_at)
    if posting.repeated:
        _require_same(posting, wanted)
    if posting.outcome in (Outcome.MORE_THAN_PAID, Outcome.ALREADY_REVERSED):
        raise MoreThanSold if posting.outcome == Outcome.MORE_THAN_PAID else CannotRefundOrder
    if posting.outcome != Outcome.BOOKED:
        raise SellerLacksFunds
    if posting.is_new:
        _store(wish, wanted, posting, amount, by)
        proof.spend()
        tell(order.buyer_id, REFUNDED, actor=by.pk, amount=back, subject=posting.reference)
    return posting


def _store(wish: Wish, wanted: Mapping[Line, int], posting: Posting, amount: Money, by: User) -> None:
    """Stores the refund of a booked transfer. Raises MoreThanSold, which rolls the money back."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT shop_store_refund(%s, %s, %s, %s, %s, %s, %s, %s::bigint[], %s::int[])",
            [
                str(uuid4()),
                wish.order.pk,
                posting.transfer_id,
                amount.minor,
                wish.reason,
                wish.restock,
                by.pk,
                [line.pk for line in wanted],
                list(wanted.values()),
            ],
        )
        if not cursor.fetchone()[0]:
            raise MoreThanSold


def _require_same(posting: Posting, wanted: Mapping[Line, int]) -> None:
    """Two wishes can be of one amount and of other lines. Raises KeyReused."""
    if posting.outcome != Outcome.BOOKED:
        return
    stored = Refund.objects.get(transfer_id=posting.transfer_id).lines.values_list("line_id", "quantity")
    if dict(stored) != {line.pk: many for line, many in wanted.items()}:
        raise KeyReused("quantity")

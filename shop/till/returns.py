"""Deposits that come back: the seller pays for them, to the member's wallet or in cash out of the cashier's drawer.

A cashier has the bottles before them and takes back any, within the limits of a cashier for one taking and for a day:
whoever pays for bottles that are not there takes from the seller. Nobody gives back to themselves. A deposit that came
back ends the undo of the purchase that brought it (sql/till.sql), or it would be paid back twice.
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.db import connection
from django.db.models import F, Sum

from accounts.models import User
from accounts.people.errors import OwnAccount
from accounts.people.roles import CASH_DESK
from accounts.people.standing import require_may_move
from conversion.errors import KeyReused, NotPositive
from conversion.money import Currency, Money
from events.notices import tell
from ledger.exchange import converted, is_still_worth, legs_between
from ledger.models import Transfer, Wallet
from ledger.posting import Instruction, Outcome, Posting, is_known, post
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import in_one_transaction
from ledger.wallets import lock_set
from payments.drawers.service import Limits, limits_in, require_within
from payments.reversals.errors import PayeeLacksFunds, RateMoved
from payments.reversals.kinds import REVERSAL, UNDONE
from shop.orders.errors import SellerLacksFunds
from shop.products.models import Product, Revision, Variant
from shop.products.queries import prices
from shop.rules.queries import current
from shop.sale_points.models import SalePoint
from shop.stock.models import Stock, StockMove
from shop.stock.service import lock_name, put

from .errors import CannotUndoReturn, NoDeposit, ReturnAlreadyUndone
from .kinds import DEPOSIT_BACK, DEPOSIT_RETURN
from .models import DepositReturn

MOST = 99  # in one return


def give_back(
    *, by: User, sale_point: SalePoint, variant: Variant, quantity: int, target: Wallet, key: UUID
) -> DepositReturn:
    """Pays for `quantity` deposits that came back, into `target`. The same key pays once.

    `target` is the cashier's drawer, or another member's wallet. Raises NoDeposit, NotPositive, OwnAccount,
    OverCashLimit, SellerLacksFunds, AccountFrozen, RoleMissing, KeyReused, Busy, InDoubt, ServiceDown.
    """
    if not 1 <= quantity <= MOST:
        raise NotPositive  # and never a sale the other way round
    is_cash = target.floor is None
    assert not is_cash or target.owner_id == by.pk  # nobody pays out of another's drawer
    if (target.owner_id == by.pk) != is_cash or sale_point.kind != SalePoint.Kind.TILL:
        raise OwnAccount
    price = prices([variant.pk], sale_point).get(variant.pk)
    if price is None or variant.product.kind != Product.Kind.DEPOSIT:
        raise NoDeposit
    seller, unit = variant.product.seller, price.regular_minor
    total = Money(unit * quantity, seller.currency)
    received = converted(total, to=target.currency).target
    limits, made_at = limits_in(seller.currency), timestamp()
    settle(seller)
    row = DepositReturn(
        by=by,
        key=key,
        sale_point=sale_point,
        seller_wallet=seller,
        target_wallet=target,
        variant=variant,
        revision_id=price.revision,
        quantity=quantity,
        unit_minor=unit,
    )
    number = in_one_transaction(
        partial(_give_back, row, total, received, made_at, limits),
        wallets=lock_set(seller, target),
        # Two returns at once cannot both see that there is room for one in the cashier's day.
        also_lock=[*_locks(variant.pk), f"deposits taken back by {by.pk}"],
    )
    return DepositReturn.objects.select_related("seller_wallet", "target_wallet").get(pk=number)


def undo(*, given: DepositReturn, by: User, key: UUID) -> Posting:
    """Takes back a return that was a mistake: the seller gets the money again. Once, in time, by whoever made it.

    Raises CannotUndoReturn, ReturnAlreadyUndone, PayeeLacksFunds, RateMoved, AccountFrozen, RoleMissing, KeyReused,
    Busy, InDoubt, ServiceDown.
    """
    if given.by_id != by.pk:
        raise CannotUndoReturn
    transfer = Transfer.objects.get(pk=given.transfer_id)
    if not is_still_worth(transfer.received, transfer.paid) and not is_known(key, made_by=by.pk):
        raise RateMoved
    made_at = timestamp()
    return in_one_transaction(
        partial(_undo, given.pk, transfer, by, key, made_at),
        wallets=lock_set(transfer.target, transfer.source),
        also_lock=_locks(given.variant_id),
    )


def _give_back(row: DepositReturn, total: Money, received: Money, made_at: dt.datetime | None, limits: Limits) -> int:
    """Decides the return. Returns the number of the row."""
    seller, target, by = row.seller_wallet, row.target_wallet, row.by_id
    known = partial(is_known, row.key, made_by=by)
    is_cash = target.floor is None
    payees = [] if is_cash else [target.owner_id]
    require_may_move(by, roles=CASH_DESK, payers=[seller.owner_id], payees=payees, unless=known)
    title = Revision.objects.values_list("title", flat=True).get(pk=row.revision_id)
    note = f"{row.quantity} × {title}"[:140]
    legs = legs_between(seller, target, paid=total, received=received)
    posting = post(Instruction(key=row.key, kind=DEPOSIT_RETURN, note=note, legs=legs), made_by=by, made_at=made_at)
    if posting.outcome != Outcome.BOOKED:
        raise SellerLacksFunds
    if posting.repeated:
        stored = DepositReturn.objects.get(transfer_id=posting.transfer_id)
        if (stored.variant_id, stored.quantity) != (row.variant_id, row.quantity):
            raise KeyReused("quantity")
        return stored.pk
    new = DepositReturn.objects.create(
        **{name: getattr(row, name) for name in ("key", "quantity", "unit_minor")},
        **{f"{name}_id": getattr(row, f"{name}_id") for name in OF_ROW},
        transfer_id=posting.transfer_id,
    )
    put(row.variant_id, row.quantity, StockMove.Reason.RETURN, by=by)
    require_within(limits, total, taken=_taken_back(by, seller.currency, limits.midnight))
    if not is_cash:
        tell(target.owner_id, DEPOSIT_BACK, actor=by, amount=received, subject=posting.reference)
    return new.pk


def _taken_back(by: int, unit: Currency, since: dt.datetime) -> Money:
    """What this cashier paid back since then in this currency, for all sellers, without what was undone."""
    rows = DepositReturn.objects.filter(by=by, made_at__gte=since, undone=None, seller_wallet__currency_code=unit.code)
    minor = rows.aggregate(minor=Sum(F("quantity") * F("unit_minor"), default=0))["minor"]
    return Money(int(minor), unit)


OF_ROW = ("by", "sale_point", "seller_wallet", "target_wallet", "variant", "revision")


def _undo(number: int, transfer: Transfer, by: User, key: UUID, made_at: dt.datetime | None) -> Posting:
    known = partial(is_known, key, made_by=by.pk)
    given = DepositReturn.objects.select_for_update(no_key=True, of=("self",)).get(pk=number)
    payers = [] if transfer.target.floor is None else [transfer.target.owner_id]
    require_may_move(by.pk, roles=CASH_DESK, payers=payers, unless=known)
    if given.undone_id is not None and not known():
        raise ReturnAlreadyUndone
    if not _is_in_time(given) and not known():
        raise CannotUndoReturn
    instruction = Instruction(key=key, kind=REVERSAL, note=transfer.note, reverses=transfer.pk)
    posting = post(instruction, made_by=by.pk, made_at=made_at)
    if posting.outcome == Outcome.INSUFFICIENT_FUNDS:
        raise PayeeLacksFunds
    if posting.outcome != Outcome.BOOKED:
        raise ReturnAlreadyUndone
    if posting.is_new:
        given.undone_id = posting.transfer_id
        given.save(update_fields=["undone"])
        put(given.variant_id, -given.quantity, StockMove.Reason.UNDO, by=by.pk)
        if payers:
            tell(transfer.target.owner_id, UNDONE, actor=by.pk, amount=transfer.received, subject=posting.reference)
    return posting


def _is_in_time(given: DepositReturn) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT clock_timestamp() <= %s + make_interval(mins => %s)", [given.made_at, current().undo_minutes]
        )
        return cursor.fetchone()[0]


def _locks(variant: int) -> list[str]:
    return [lock_name(variant)] if Stock.objects.filter(pk=variant, strict=True).exists() else []

"""Stock-takes: the numbers that somebody counted, compared with the moves as they were at that moment.

People go on buying while others count and type. So a stock-take begins with a snapshot of the database. What was
counted is compared with the moves that this snapshot sees, whatever was committed since, in whatever order.
"""

from __future__ import annotations

from functools import partial

from django.db import connection

from accounts.models import User
from ledger.models import Wallet
from ledger.transactions import in_one_transaction
from shop.products.models import Variant

from .errors import CountedBefore, CountedSince, MoreSoldSince
from .models import StockCount, StockTake
from .service import lock_name

REFUSALS = {"counted_before": CountedBefore, "counted_since": CountedSince, "more_sold_since": MoreSoldSince}


def begin(*, by: User, seller: Wallet | None = None, variant: Variant | None = None) -> StockTake:
    """A stock-take of now: of one variant, or of all that the seller (None: that anybody) has.

    Call it outside of any transaction, so that its snapshot is of this moment.
    """
    made = StockTake.objects.create(seller=seller, variant=variant, made_by=by)
    made.refresh_from_db()
    return made


def count(stock_take: StockTake, variant: Variant, counted: int, *, by: User) -> StockCount:
    """Stores how many of the variant were there when the stock-take began, and moves its stock by the difference.

    The same number again changes nothing. Raises CountedBefore, CountedSince, MoreSoldSince, Busy, InDoubt.
    """
    expected = expected_at(stock_take, variant.pk)
    decide = partial(_count, stock_take.pk, variant.pk, counted, expected, by.pk)
    return in_one_transaction(decide, also_lock=[lock_name(variant.pk)])


def expected_at(stock_take: StockTake, variant: int) -> int:
    """How many there were when the stock-take began, by the moves. It never changes.

    Outside a money transaction: reading the moves there would make purchases abort.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT shop_expected(%s, %s)", [stock_take.pk, variant])
        return cursor.fetchone()[0]


def _count(stock_take: int, variant: int, counted: int, expected: int, by: int) -> StockCount:
    with connection.cursor() as cursor:
        cursor.execute("SELECT shop_count(%s, %s, %s, %s, %s)", [stock_take, variant, counted, expected, by])
        outcome = cursor.fetchone()[0]
    found = StockCount.objects.filter(stock_take=stock_take, variant=variant).first()
    if outcome in REFUSALS and not (found and outcome == "counted_before" and found.counted == counted):
        raise REFUSALS[outcome]
    assert found is not None
    return found

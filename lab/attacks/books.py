"""What an attack changed in the books: the sum of each wallet's entries, before and after."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db.models import Sum

from ledger.models import Entry
from payments.models import Quote

T = TypeVar("T")
Moved = dict[int, int]  # by the wallet's id: the change in minor units of its currency, where it is not zero


def moved_by(act: Callable[[], T]) -> tuple[T, Moved]:
    """Does it, and returns its result and what it moved. Meanwhile nobody else moves money here."""
    before = _sums()
    done = act()
    after = _sums()
    return done, {
        wallet: after[wallet] - before.get(wallet, 0) for wallet in after if after[wallet] != before.get(wallet)
    }


def shown(quote: Quote) -> Moved:
    """What the review page of this quote says about the wallets of payer and payee."""
    return {quote.source_id: -quote.source_minor, quote.target_id: quote.target_minor}


def of_people(moved: Moved, quote: Quote) -> Moved:
    """Without the exchange wallets between two currencies."""
    people = {quote.source_id, quote.target_id}
    if quote.is_exchange and people <= moved.keys():
        return {wallet: minor for wallet, minor in moved.items() if wallet in people}
    return moved


def _sums() -> Moved:
    return dict(Entry.objects.values_list("wallet_id").annotate(sum=Sum("amount_minor")))

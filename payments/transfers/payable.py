"""What a quote pays for: a plain transfer, or a thing of another feature, which the same transaction marks as paid.

A feature that has such a thing (a payment request, an order) registers a Payable for it. So the transfers feature needs
no import of requests, and one review page confirms every kind of quote.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import ClassVar
from uuid import UUID

from conversion.errors import Refused
from events.kinds import NoticeKind
from ledger.kinds import TransferKind
from ledger.posting import Posting

from .kinds import PAYMENT, RECEIVED
from .models import Quote


class Payable:
    """A quote and the thing that it pays for. All methods but `renew` are called inside the money transaction."""

    refused_by: ClassVar[tuple[type[Refused], ...]] = ()  # what `require_open` raises
    kind: ClassVar[TransferKind] = PAYMENT
    notice: ClassVar[NoticeKind] = RECEIVED

    def __init__(self, quote: Quote) -> None:
        self.quote = quote

    def lock(self) -> None:
        """Locks the rows that `settle` will change. Called before any wallet's row is locked."""

    def require_open(self, *, now: dt.datetime) -> None:
        """Raises one of `refused_by` if the thing can no longer be paid. `now` is the database's clock."""

    def mark_paid(self, posting: Posting) -> None:
        """Marks the thing as paid by this posting."""

    def renew(self, key: UUID) -> Quote:
        """Returns a new quote of the same thing at today's rate, under a new key."""
        raise NotImplementedError


_PAYABLES: dict[str, type[Payable]] = {}


def pays(column: str) -> Callable[[type[Payable]], type[Payable]]:
    """Returns a class decorator that registers a Payable for quotes whose `column` is not null.

    The column "" stands for quotes of a plain transfer.
    """

    def register(payable: type[Payable]) -> type[Payable]:
        assert column not in _PAYABLES, column
        _PAYABLES[column] = payable
        return payable

    return register


def refused_by_payables() -> tuple[type[Refused], ...]:
    """Returns the errors of all registered Payables that say that the thing can no longer be paid."""
    return tuple(refusal for payable in _PAYABLES.values() for refusal in payable.refused_by)


def payable_of(quote: Quote) -> Payable:
    """Returns the Payable of this quote: that of the column that is not null, else the plain transfer."""
    for column, payable in _PAYABLES.items():
        if column and getattr(quote, column) is not None:
            return payable(quote)
    return _PAYABLES[""](quote)

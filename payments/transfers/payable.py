"""What a quote pays for: a plain transfer, or something of another feature that is settled together with it.

The feature that brings such a thing (a payment request, an order) brings a Payable with it. So transfers know nothing
of requests, and one review page confirms every kind of quote.
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
    """A quote, and what else must hold for it to be booked. All but `renew` is called inside the money transaction."""

    refused_by: ClassVar[tuple[type[Refused], ...]] = ()  # what `require_open` raises
    kind: ClassVar[TransferKind] = PAYMENT
    notice: ClassVar[NoticeKind] = RECEIVED

    def __init__(self, quote: Quote) -> None:
        self.quote = quote

    def lock(self) -> None:
        """Locks the rows that are settled with it, before any wallet's."""

    def require_open(self, *, now: dt.datetime) -> None:
        """Raises one of `refused_by` where it can no longer be paid; `now` is the database's clock."""

    def settle(self, posting: Posting) -> None:
        """Writes that it was paid by this posting."""

    def renew(self, key: UUID) -> Quote:
        """The same thing at today's rate, under a new key."""
        raise NotImplementedError


_PAYABLES: dict[str, type[Payable]] = {}


def pays(column: str) -> Callable[[type[Payable]], type[Payable]]:
    """Registers a Payable for quotes in which `column` is not empty; "" is the plain transfer."""

    def register(payable: type[Payable]) -> type[Payable]:
        assert column not in _PAYABLES, column
        _PAYABLES[column] = payable
        return payable

    return register


def refused_by_payables() -> tuple[type[Refused], ...]:
    """Why what a quote pays for can no longer be paid, whatever it is."""
    return tuple(refusal for payable in _PAYABLES.values() for refusal in payable.refused_by)


def payable_of(quote: Quote) -> Payable:
    for column, payable in _PAYABLES.items():
        if column and getattr(quote, column) is not None:
            return payable(quote)
    return _PAYABLES[""](quote)

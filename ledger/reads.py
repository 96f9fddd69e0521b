"""What happened to a transfer after it was booked: refunds and the reversal."""

from __future__ import annotations

from conversion.money import Money

from .models import Transfer


def refunded(transfer: Transfer) -> Money:
    """How much of the transfer was refunded, in the currency that its payee received."""
    given_back = Transfer.objects.filter(refunds=transfer, outcome=Transfer.Outcome.BOOKED)
    return Money(sum(legs[2] for legs in given_back.values_list("legs", flat=True)), transfer.target.currency)


def is_undone(transfer: Transfer) -> bool:
    return Transfer.objects.filter(reverses=transfer, outcome=Transfer.Outcome.BOOKED).exists()

"""What happened to a transfer after it was booked: refunds and the reversal; and who has dealt with whom."""

from __future__ import annotations

from collections.abc import Collection

from django.db.models import Q

from conversion.money import Money

from .models import Transfer, Wallet
from .prepared import Prepared

_HAVE_DEALT = Prepared(
    "have_dealt",
    """SELECT EXISTS (
            SELECT FROM (SELECT transfer_id FROM ledger_entry WHERE wallet_id = $1 AND seq IS NOT NULL
                         ORDER BY seq DESC LIMIT 100) AS newest
              JOIN ledger_transfer ON ledger_transfer.id = transfer_id
             WHERE source_id = $2 OR target_id = $2)""",
)


def refunded(transfer: Transfer) -> Money:
    """How much of the transfer was refunded, in the currency that its payee received."""
    given_back = Transfer.objects.filter(refunds=transfer, outcome=Transfer.Outcome.BOOKED)
    return Money(sum(legs[2] for legs in given_back.values_list("legs", flat=True)), transfer.target.currency)


def is_undone(transfer: Transfer) -> bool:
    return Transfer.objects.filter(reverses=transfer, outcome=Transfer.Outcome.BOOKED).exists()


def what_followed(transfers: Collection[Transfer]) -> dict[int, tuple[bool, Money]]:
    """For the id of each transfer: whether it was undone, and how much of it was refunded. One query for all."""
    undone, refunds = set(), dict.fromkeys((transfer.pk for transfer in transfers), 0)
    later = Transfer.objects.filter(Q(reverses__in=refunds) | Q(refunds__in=refunds), outcome=Transfer.Outcome.BOOKED)
    for reversed_id, refunded_id, legs in later.values_list("reverses_id", "refunds_id", "legs"):
        if reversed_id is not None:
            undone.add(reversed_id)
        else:
            refunds[refunded_id] += legs[2]
    return {
        transfer.pk: (transfer.pk in undone, Money(refunds[transfer.pk], transfer.target.currency))
        for transfer in transfers
    }


def have_dealt(wallet: Wallet, other: Wallet) -> bool:
    """Whether one of the newest numbered entries of `wallet` is of a transfer from or to `other`."""
    return bool(_HAVE_DEALT.rows(wallet.pk, other.pk)[0][0])

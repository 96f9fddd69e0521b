"""What happened to a transfer after it was booked: refunds and the reversal; and who has dealt with whom."""

from __future__ import annotations

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


def have_dealt(wallet: Wallet, other: Wallet) -> bool:
    """Whether one of the newest numbered entries of `wallet` is of a transfer from or to `other`."""
    return bool(_HAVE_DEALT.rows(wallet.pk, other.pk)[0][0])

"""Receipts and their codes: finding a transfer by its code, and whether it is still as it was sealed."""

from __future__ import annotations

from dataclasses import dataclass

from conversion.money import Money
from ledger import chain, verification
from ledger.models import Seal, Transfer
from ledger.reads import is_undone, refunded


@dataclass(frozen=True, slots=True)
class Receipt:
    """A booked transfer as its receipt shows it, and what happened to it later.

    `seal` is None until the transfer is sealed. `is_sound` is false if the transfer differs from what was sealed.
    `refunded` is in the currency that the payee received.
    """

    transfer: Transfer
    seal: Seal | None
    is_sound: bool
    is_undone: bool
    refunded: Money


def receipt_code(transfer: Transfer) -> str:
    """Returns the code by which `/verify/` finds this transfer.

    The code contains a hash of the transfer's content, so a changed transfer has another code.
    """
    return chain.receipt_code(chain.record_of(transfer.pk))


def receipt_with_code(code: str) -> Receipt | None:
    """Returns the receipt with this code.

    None for an invented code. None, too, if the transfer was changed after the code was printed, because the code
    contains a hash of the content.
    """
    record = chain.record_with_code(code)
    if record is None:
        return None
    transfer = Transfer.objects.select_related("source__owner", "target__owner", "made_by").get(pk=record.id)
    seals = Seal.objects.select_related("signature").filter(since__lte=transfer.xid, upto__gt=transfer.xid)
    seal = seals.order_by("-since").first()  # there is one at most; by its number, the server would read half of all
    return Receipt(
        transfer,
        seal,
        is_sound=seal is None or verification.is_sealed(record, seal),
        is_undone=is_undone(transfer),
        refunded=refunded(transfer),
    )

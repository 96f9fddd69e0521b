"""What a receipt proves to whoever has its code."""

from __future__ import annotations

from dataclasses import dataclass

from conversion.money import Money
from ledger import chain, verification
from ledger.models import Seal, Transfer
from ledger.reads import is_undone, refunded


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transfer as its receipt shows it, and what happened to it since.

    `seal` is None until it is sealed; `is_sound`: it is as it was sealed. `refunded` is in the currency it arrived in.
    """

    transfer: Transfer
    seal: Seal | None
    is_sound: bool
    is_undone: bool
    refunded: Money


def receipt_code(transfer: Transfer) -> str:
    """The code by which `/verify/` finds the receipt again, as long as nobody has changed a letter of it."""
    return chain.receipt_code(chain.record_of(transfer.pk))


def receipt_with_code(code: str) -> Receipt | None:
    """Code and content belong together: None for a code that was made up, and for a transfer that was rewritten."""
    record = chain.record_with_code(code)
    if record is None:
        return None
    transfer = Transfer.objects.select_related("source__owner", "target__owner", "made_by").get(pk=record.id)
    seal = Seal.objects.select_related("signature").filter(since__lte=transfer.xid, upto__gt=transfer.xid).first()
    return Receipt(
        transfer,
        seal,
        is_sound=seal is None or verification.is_sealed(record, seal),
        is_undone=is_undone(transfer),
        refunded=refunded(transfer),
    )

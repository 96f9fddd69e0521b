"""What a receipt proves to whoever has its code."""

from __future__ import annotations

from dataclasses import dataclass

from payments import chain, verification
from payments.models import Seal, Transfer


@dataclass(frozen=True, slots=True)
class Receipt:
    """A transfer as its receipt shows it. `seal` is None until it is sealed; `is_sound`: it is as it was sealed."""

    transfer: Transfer
    seal: Seal | None
    is_sound: bool


def receipt_code(transfer: Transfer) -> str:
    """The code by which `/verify/` finds the receipt again, as long as nobody has changed a letter of it."""
    return chain.receipt_code(chain.record_of(transfer.pk))


def receipt_with_code(code: str) -> Receipt | None:
    """Code and content belong together: None for a code that was made up, and for a transfer that was rewritten."""
    record = chain.record_with_code(code)
    if record is None:
        return None
    transfer = Transfer.objects.select_related("source__owner", "target__owner", "made_by").get(pk=record.id)
    seal = Seal.objects.select_related("stamp").filter(since__lte=transfer.xid, upto__gt=transfer.xid).first()
    return Receipt(transfer, seal, seal is None or verification.is_sealed(record, seal))

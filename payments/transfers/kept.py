"""What the first use of a key is answered with where it made a transfer."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Model

from accounts.people.requests import SignedInRequest
from api.kept import keep_body, keep_refusal, with_known
from api.once import Keep
from conversion.errors import PaymentError
from ledger import models as ledger

from .schemas import Transfer


def keep_transfer(
    keep: Keep, request: SignedInRequest, *, key: UUID, declined: PaymentError | None, **known: Model
) -> None:
    """The caller's transfer under `key`, or why it was declined. `known` are the rows it points at."""
    if declined is not None:
        keep_refusal(keep, declined)
        return
    transfer = ledger.Transfer.objects.get(made_by=request.user.pk, key=key)
    keep_body(keep, 201, Transfer.of(with_known(transfer, known)))

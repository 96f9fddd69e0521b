"""Storing the answer to a key whose operation makes a transfer."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Model

from accounts.people.requests import SignedInRequest
from api.kept import keep_body, keep_refusal, with_known
from api.labels import store
from api.models import Label
from api.once import Keep
from conversion.errors import PaymentError
from ledger import models as ledger

from .schemas import Transfer


def keep_transfer(
    keep: Keep,
    request: SignedInRequest,
    *,
    key: UUID,
    declined: PaymentError | None,
    label: Label | None = None,
    known: Mapping[str, Model] | None = None,
) -> None:
    """Stores the caller's transfer under `key` as the answer, or why it was declined, and the transfer's label.

    `known` has rows that the transfer refers to, by their fields' names, so that they are not read again.
    """
    if declined is not None and label is None:
        keep_refusal(keep, declined)
        return
    transfer = ledger.Transfer.objects.get(made_by=request.user.pk, key=key)
    store(label, maker=request.user.pk, object=transfer.reference)
    if declined is not None:
        keep_refusal(keep, declined)
    else:
        keep_body(keep, 201, Transfer.of(with_known(transfer, known or {}), label=label))

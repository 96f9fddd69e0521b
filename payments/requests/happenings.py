"""What programs hear of payment requests. Both people of a request hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from api.models import Label
from events.types import EventType, told_with_labels

from .models import PaymentRequest
from .schemas import Request

NOT_PAID = {"transfer": None}
TYPES = [
    EventType("request.created", _("Somebody asked for money"), Request, NOT_PAID | {"closed_at": None}),
    EventType("request.paid", _("A request was paid"), Request, {"status": "paid"}),
    EventType("request.declined", _("A request was declined"), Request, NOT_PAID | {"status": "declined"}),
    EventType("request.cancelled", _("A request was cancelled"), Request, NOT_PAID | {"status": "cancelled"}),
    EventType("request.expired", _("The time of a request was over"), Request, NOT_PAID | {"status": "expired"}),
]


def _found(references: list[UUID]) -> Mapping[UUID, PaymentRequest]:
    requests = PaymentRequest.objects.select_related("requester", "payer", "wallet", "transfer")
    return requests.in_bulk(references, field_name="reference")


def _shown(found: PaymentRequest, label: Label | None) -> Request:
    return Request.of(found, label=label)


HAPPENINGS = told_with_labels(TYPES, _found, _shown)

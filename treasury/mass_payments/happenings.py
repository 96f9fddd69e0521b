"""What the treasurer's programs hear of their mass payments. The payees hear of their own transfers."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from events.types import EventType, told_alike

from . import models
from .schemas import MassPayment

DONE = {"status": "finished", "rows": 2, "problems": 0, "warnings": 0, "waiting": 0}
FINISHED = EventType("mass_payment.finished", _("Every row of a mass payment is decided"), MassPayment, DONE)


def _found(references: list[UUID]) -> Mapping[UUID, models.MassPayment]:
    return models.MassPayment.objects.select_related("source").in_bulk(references, field_name="reference")


HAPPENINGS = told_alike([FINISHED], _found, MassPayment.of)

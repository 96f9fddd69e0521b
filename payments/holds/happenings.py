"""What programs hear of holds. Payer and payee of a hold hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from api.models import Label
from events.types import EventType, told_with_labels
from ledger import models as ledger

from . import queries
from .schemas import Hold

NOT_CAPTURED = {"captured": None, "transfer": None}
TYPES = [
    EventType("hold.placed", _("An amount was put on hold"), Hold, NOT_CAPTURED),
    EventType("hold.captured", _("A hold was captured, all of it or a part"), Hold, {"status": "captured"}),
    EventType("hold.released", _("A hold was released"), Hold, NOT_CAPTURED | {"status": "released"}),
    EventType("hold.expired", _("The time of a hold was over"), Hold, NOT_CAPTURED | {"status": "expired"}),
]


def _found(references: list[UUID]) -> Mapping[UUID, ledger.Hold]:
    return queries.with_captures(queries.holds()).in_bulk(references, field_name="reference")


def _shown(hold: ledger.Hold, label: Label | None) -> Hold:
    return Hold.listed(hold, label=label)


HAPPENINGS = told_with_labels(TYPES, _found, _shown)

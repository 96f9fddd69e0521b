"""What programs hear of holds. Payer and payee of a hold hear of it."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from events.types import EventType, told_alike
from ledger import models as ledger

from . import queries
from .schemas import Hold

TYPES = [
    EventType("hold.placed", _("An amount was put on hold"), Hold),
    EventType("hold.captured", _("A hold was captured, all of it or a part"), Hold),
    EventType("hold.released", _("A hold was released"), Hold),
    EventType("hold.expired", _("The time of a hold was over"), Hold),
]


def _found(references: list[UUID]) -> Mapping[UUID, ledger.Hold]:
    return queries.holds().in_bulk(references, field_name="reference")


HAPPENINGS = told_alike(TYPES, _found, Hold.of)

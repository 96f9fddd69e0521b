"""What programs hear of deposits: those of the bank, and of the member."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from events.types import EventType, told_alike

from . import models, queries
from .schemas import Deposit

TYPES = [
    EventType("deposit.booked", _("A bank deposited money"), Deposit),
    EventType("deposit.returned", _("A deposit was given back to the bank, which recalled it"), Deposit),
]


def _found(references: list[UUID]) -> Mapping[UUID, models.Deposit]:
    return queries.deposits().in_bulk(references, field_name="reference")


HAPPENINGS = told_alike(TYPES, _found, Deposit.read)

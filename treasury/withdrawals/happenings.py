"""What programs hear of withdrawals: those of the member, and the bank's when something is ordered."""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from events.types import EventType, told_alike

from . import models, queries
from .schemas import Withdrawal

TYPES = [
    EventType("withdrawal.requested", _("A withdrawal was requested"), Withdrawal),
    EventType("withdrawal.approved", _("A withdrawal was approved"), Withdrawal),
    EventType("withdrawal.declined", _("A withdrawal was declined"), Withdrawal),
    EventType("withdrawal.cancelled", _("A withdrawal was cancelled by its member"), Withdrawal),
    EventType("withdrawal.expired", _("Nobody approved a withdrawal in time"), Withdrawal),
    EventType("withdrawal.filed", _("A withdrawal was sent to the bank"), Withdrawal),
    EventType("withdrawal.settled", _("The bank has paid a withdrawal"), Withdrawal),
    EventType("withdrawal.returned", _("The bank returned a withdrawal"), Withdrawal),
]


def _found(references: list[UUID]) -> Mapping[UUID, models.Withdrawal]:
    return queries.withdrawals().in_bulk(references, field_name="reference")


HAPPENINGS = told_alike(TYPES, _found, Withdrawal.of)

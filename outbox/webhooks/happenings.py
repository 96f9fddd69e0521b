from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from events.types import EventType, told_alike

from .schemas import Ping

PING = EventType("ping", _("A test of one of your webhooks"), Ping)


def _found(references: list[UUID]) -> Mapping[UUID, Ping]:
    return {reference: Ping(webhook=reference) for reference in references}


HAPPENINGS = told_alike([PING], _found, lambda ping: ping)

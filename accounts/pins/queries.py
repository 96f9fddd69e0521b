"""Reading PIN resets."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from conversion.errors import NotFound
from web.paging import PAGE

from .models import PinReset

Status = PinReset.Status
LIFE = dt.timedelta(minutes=15)  # for a second person to agree and then, once more, for the code to be used
STARTED = Q(status=Status.STARTED, created_at__gt=Now() - LIFE)
AGREED = Q(status=Status.AGREED, agreed_at__gt=Now() - LIFE)
LIMITED = Q(status=Status.USED) & (Q(limited_until=None) | Q(limited_until__gt=Now()))


@dataclass(frozen=True, slots=True)
class ResetsPage:
    """One page of the resets, newest first. `older`: before which id the next page begins."""

    rows: list[PinReset]
    older: int | None


def resets(*, before: int | None = None) -> ResetsPage:
    """The resets that are older than the reset `before`; else the newest."""
    rows = PinReset.objects.order_by("-id").select_related("member", "started_by", "agreed_by")
    found = list((rows if before is None else rows.filter(pk__lt=before))[: PAGE + 1])
    return ResetsPage(found[:PAGE], found[PAGE - 1].pk if len(found) > PAGE else None)


def started() -> QuerySet[PinReset]:
    """The resets that wait for a second person, newest first."""
    return PinReset.objects.filter(STARTED).select_related("member", "started_by").order_by("-id")


def count_started() -> int:
    return started().count()


def reset_with(reference: UUID | str) -> PinReset:
    """Raises NotFound."""
    found = PinReset.objects.select_related("member", "started_by", "agreed_by").filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def current_reset_of(member: int) -> PinReset | None:
    """The reset that this person can still stop or confirm."""
    mine = PinReset.objects.filter(STARTED | AGREED | LIMITED, member=member)
    return mine.select_related("started_by", "agreed_by").order_by("-id").first()

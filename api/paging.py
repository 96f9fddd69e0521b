"""Long lists in pages. A cursor says where the last page ended and means nothing else."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from ninja import Query

from .problems import Problem

CURSOR_UNKNOWN = "cursor_unknown"  # for operations to declare

M = TypeVar("M", bound=Model)
Limit = Annotated[int, Query(ge=1, le=100, description="How many at most.")]


def page(found: QuerySet[M], *, cursor: UUID | None, limit: int) -> tuple[list[M], UUID | None]:
    """The rows after the one with the reference `cursor`, and the next page's cursor. `found` is ordered by "-id"."""
    if cursor is not None:
        last = found.filter(reference=cursor).values_list("pk", flat=True).first()
        if last is None:
            raise unknown_cursor()
        found = found.filter(pk__lt=last)
    rows = list(found[: limit + 1])
    return rows[:limit], _reference(rows[limit - 1]) if len(rows) > limit else None


def _reference(row: Any) -> UUID:
    return row.reference


def unknown_cursor() -> Problem:
    return Problem(
        status=422, code=CURSOR_UNKNOWN, detail=_("This cursor is not one that this list gave out."), field="cursor"
    )

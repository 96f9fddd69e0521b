"""Long lists in pages. A cursor marks where a page ended. Programs send it back unchanged and must not interpret it."""

from __future__ import annotations

from typing import Annotated, Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _
from ninja import Query

from .problems import Problem

CURSOR_UNKNOWN = "cursor_unknown"  # for operations to declare

M = TypeVar("M", bound=Model)
Cursor = Annotated[str, Query(max_length=80, description="The `next` value of the previous page.")]
Limit = Annotated[int, Query(ge=1, le=100, description="The largest number of items on the page.")]


def page(found: QuerySet[M], *, cursor: str | None, limit: int) -> tuple[list[M], str | None]:
    """At most `limit` rows after the row with the reference `cursor`, and the next page's cursor (None at the end).

    `found` must be ordered by "-id". Raises Problem (422) where no row of `found` has this reference.
    """
    if cursor is not None:
        last = found.filter(reference=_reference_in(cursor)).values_list("pk", flat=True).first()
        if last is None:
            raise unknown_cursor()
        found = found.filter(pk__lt=last)
    rows = list(found[: limit + 1])  # one more than asked for, to know whether there is a next page
    return rows[:limit], _cursor(rows[limit - 1]) if len(rows) > limit else None


def _cursor(row: Any) -> str:
    return str(row.reference)


def _reference_in(cursor: str) -> UUID:
    try:
        return UUID(cursor)
    except ValueError as error:
        raise unknown_cursor() from error


def unknown_cursor() -> Problem:
    return Problem(
        status=422,
        code=CURSOR_UNKNOWN,
        detail=_("The cursor is not from this list. Send next of the page before."),
        field="cursor",
    )

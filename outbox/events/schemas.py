from __future__ import annotations

from pydantic import BaseModel

from .documents import Event


class Events(BaseModel):
    """One page of events, the oldest first. `next` is the `after` of the next page; null on the last page."""

    events: list[Event]
    next: int | None

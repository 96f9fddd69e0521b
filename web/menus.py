"""Staff's menu. Each feature adds its own pages to it (`staff.py`)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class StaffPage:
    """An entry of the menu, shown to people with one of `roles`.

    With `covers_below` the entry is also marked as current on pages whose address begins with its own.
    `waiting` counts what waits there for the person; the menu shows the number.
    """

    label: str | Promise
    page: str  # the name of its URL pattern
    roles: tuple[str, ...]
    covers_below: bool = False
    waiting: Callable[[], int] = lambda: 0

    @property
    def address(self) -> str:
        return reverse(self.page)

    def is_at(self, path: str) -> bool:
        return path.startswith(self.address) if self.covers_below else path == self.address


staff_pages: list[StaffPage] = []  # filled by `wallet_site.urls`

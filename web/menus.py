"""Staff's menu, to which every app adds its own pages (`staff.py`)."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise


@dataclass(frozen=True, slots=True)
class StaffPage:
    """An entry of the menu, for those with one of `roles`. `covers` what lies below its address, too."""

    label: str | Promise
    page: str  # the name of its address
    roles: tuple[str, ...]
    covers_below: bool = False

    @property
    def address(self) -> str:
        return reverse(self.page)

    def is_at(self, path: str) -> bool:
        return path.startswith(self.address) if self.covers_below else path == self.address


staff_pages: list[StaffPage] = []  # filled by the site map

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict


class SoldOut(Conflict):
    """There are fewer than were asked for."""

    code = "sold_out"
    meaning = "There are not enough of a product. Nothing was booked."
    message = gettext_lazy("This is sold out. Nothing was booked.")

    def __init__(self, title: str = "") -> None:
        super().__init__(_("%(title)s is sold out. Nothing was booked.") % {"title": title} if title else None)

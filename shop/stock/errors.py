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


class StockNotCounted(Conflict):
    code = "stock_not_counted"
    meaning = "The stock of this variant is not counted, so nothing can be booked into it or out of it."
    message = gettext_lazy("This is not counted. Please say first how it is counted.")


class FewerThanNone(Conflict):
    code = "fewer_than_none"
    meaning = "More was sold on trust than was there, so the stock cannot be counted strictly yet."
    message = gettext_lazy("More was sold than was there. Please count what is there first, by a stock-take.")


class CountedBefore(Conflict):
    code = "counted_before"
    meaning = "This stock-take has a count of the variant already."
    message = gettext_lazy("This was counted at this stock-take before. Nothing was changed.")


class CountedSince(Conflict):
    code = "counted_since"
    meaning = "Another stock-take that began later, or at the same time, has counted the variant."
    message = gettext_lazy("Somebody else has counted this since your stock-take began. Please begin a new one.")


class MoreSoldSince(Conflict):
    code = "more_sold_since"
    meaning = "More was sold since the stock-take began than was counted."
    message = gettext_lazy(
        "More was sold since your stock-take began than you counted. Please count again, with a new stock-take."
    )

from __future__ import annotations

from django.utils.translation import gettext as _

from conversion.errors import Refused
from conversion.money import Money, format_money


class OverCashLimit(Refused):
    """The cashier may not take this much alone. `limit` is that of one taking, or of the day if `is_of_the_day`."""

    code = "over_cash_limit"
    meaning = "The cash is more than a cashier may take alone, in one taking or in a day."
    field = "amount"

    def __init__(self, limit: Money, *, is_of_the_day: bool) -> None:
        self.limit = limit
        texts = {
            False: _("More than %(limit)s at once needs a second person with the cash desk's role."),
            True: _("You have then taken more than %(limit)s today, which needs a second person with that role."),
        }
        super().__init__(texts[is_of_the_day] % {"limit": format_money(limit)})

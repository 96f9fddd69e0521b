from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict


class OrderWentOn(Conflict):
    code = "order_went_on"
    meaning = "The order was collected, undone or refunded meanwhile."
    message = gettext_lazy("This order was collected, undone or refunded meanwhile.")

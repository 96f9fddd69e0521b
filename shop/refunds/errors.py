from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused


class NothingToRefund(Refused):
    code = "nothing_to_refund"
    meaning = "No line of the order was named with a quantity."
    message = gettext_lazy("Please say how many of which product are given back.")


class MoreThanSold(Conflict):
    code = "more_than_sold"
    meaning = "More of a line would be refunded than was sold and not refunded yet."
    message = gettext_lazy("That is more than was sold and not refunded yet. Please look again.")


class CannotRefundOrder(Conflict):
    code = "order_cannot_be_refunded"
    meaning = "The order was undone: the money went back then."
    message = gettext_lazy("This purchase was undone: the money is already back.")


class OwnPurchase(Refused):
    code = "own_purchase"
    meaning = "Nobody refunds their own purchase as staff."
    message = gettext_lazy("This is your own purchase. Please ask somebody else of the treasury.")

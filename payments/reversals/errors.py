"""Refusals of an undo or a refund."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Refused
from conversion.money import Money, format_money


class CannotUndo(Refused):
    code = "cannot_undo"
    http_status = 409
    message = gettext_lazy("This can no longer be undone. Only your own transfers can be, within 60 minutes.")


class AlreadyUndone(CannotUndo):
    code = "already_undone"
    message = gettext_lazy("This was already undone.")


class RecipientLacksFunds(CannotUndo):
    code = "recipient_lacks_funds"
    message = gettext_lazy("This cannot be undone: the money is already spent. Ask for it back with a request.")
    next_step = (gettext_lazy("Request money"), "payments:new_request")


class CannotRefund(Refused):
    code = "cannot_refund"
    http_status = 409
    message = gettext_lazy("This cannot be refunded: only payments that you received, and that were not undone.")


class MoreThanPaid(CannotRefund):
    code = "more_than_paid"
    http_status = 422
    field = "amount"

    def __init__(self, left: Money | None = None) -> None:
        if left is None:
            super().__init__(_("That is more than was paid and not yet refunded."))
        else:
            super().__init__(_("Of this payment %(left)s can still be refunded.") % {"left": format_money(left)})

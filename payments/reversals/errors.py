"""Refusals of an undo or a refund."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused
from conversion.money import Money, format_money


class CannotUndo(Conflict):
    code = "cannot_undo"
    meaning = "Only one's own transfers can be undone, within an hour, unless partly refunded."
    message = gettext_lazy("This can no longer be undone. Only your own transfers can be, within 60 minutes.")


class AlreadyUndone(CannotUndo):
    code = "already_undone"
    meaning = "The transfer was already undone."
    message = gettext_lazy("This was already undone.")


class PayeeLacksFunds(CannotUndo):
    code = "payee_lacks_funds"
    meaning = "It cannot be undone: the other side has spent the money."
    message = gettext_lazy("This cannot be undone: the money is already spent. Ask for it back with a request.")


class CannotRefund(Conflict):
    code = "cannot_refund"
    meaning = "Only payments that one received, and that were not undone, can be refunded."
    message = gettext_lazy("This cannot be refunded: only payments that you received, and that were not undone.")


class MoreThanPaid(Refused):
    """The payment can be refunded, with a smaller amount."""

    code = "more_than_paid"
    meaning = "More than was paid and not yet refunded."
    field = "amount"

    def __init__(self, left: Money | None = None) -> None:
        if left is None:
            super().__init__(_("That is more than was paid and not yet refunded."))
        else:
            super().__init__(_("Of this payment %(left)s can still be refunded.") % {"left": format_money(left)})

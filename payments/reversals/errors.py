"""Refusals of an undo or a refund."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused
from conversion.money import Money, format_money


class CannotUndo(Conflict):
    code = "cannot_undo"
    meaning = "Only its maker can undo a transfer, within 60 minutes, and not after a refund of any part."
    message = gettext_lazy("This cannot be undone. You can undo only your own transfers, within 60 minutes.")


class RateMoved(CannotUndo):
    code = "rate_moved"
    meaning = "What the payee received is worth less today than was paid. It is not undone at the old rate."
    message = gettext_lazy(
        "This cannot be undone: the exchange rate has changed since. You can ask the other person for a refund."
    )


class AlreadyUndone(CannotUndo):
    code = "already_undone"
    meaning = "The transfer was already undone."
    message = gettext_lazy("This transfer was already undone.")


class PayeeLacksFunds(CannotUndo):
    code = "payee_lacks_funds"
    meaning = "The transfer cannot be undone, because the payee no longer has the money."
    message = gettext_lazy(
        "This cannot be undone: the money is already spent. You can ask for it with a payment request."
    )


class CannotRefund(Conflict):
    code = "cannot_refund"
    meaning = "Only the payee can refund a payment, and not after it was undone."
    message = gettext_lazy(
        "This cannot be refunded. You can refund only payments that you received and that were not undone."
    )


class MoreThanPaid(Refused):
    """The refund is too large: a smaller amount can be refunded. `left` is how much, None if it is not known."""

    code = "more_than_paid"
    meaning = "The refund is more than what was paid and not yet refunded."
    field = "amount"

    def __init__(self, left: Money | None = None) -> None:
        if left is None:
            super().__init__(_("This is more than what was paid and not yet refunded."))
        else:
            super().__init__(_("You can still refund %(left)s of this payment.") % {"left": format_money(left)})

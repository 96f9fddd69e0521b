from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused


class NoDeposit(Conflict):
    code = "no_deposit"
    meaning = "The product is no deposit, or it is not taken back any more. Nothing was booked."
    message = gettext_lazy("This is not taken back here. Nothing was booked.")


class TooManyReturned(Refused):
    """The member would give back more than they paid for. `left` is how many they may."""

    code = "too_many_returned"
    meaning = "The member would give back more deposits than they paid for. Nothing was booked."

    def __init__(self, left: int) -> None:
        self.left = left
        super().__init__(
            _("You can give back %(left)d alone. For more, please ask at the till. Nothing was booked.")
            % {"left": left}
        )


class ReturnAlreadyUndone(Conflict):
    code = "deposit_return_already_undone"
    meaning = "The return of the deposits was undone before."
    message = gettext_lazy("This was already undone.")


class CannotUndoReturn(Conflict):
    code = "deposit_return_cannot_be_undone"
    meaning = "Another person gave the deposits back, or the time for an undo is over."
    message = gettext_lazy("This return can no longer be undone.")

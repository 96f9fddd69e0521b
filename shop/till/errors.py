from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict


class NoDeposit(Conflict):
    code = "no_deposit"
    meaning = "The product is no deposit, or it is not taken back any more. Nothing was booked."
    message = gettext_lazy("This is not taken back here. Nothing was booked.")


class ReturnAlreadyUndone(Conflict):
    code = "deposit_return_already_undone"
    meaning = "The return of the deposits was undone before."
    message = gettext_lazy("This was already undone.")


class CannotUndoReturn(Conflict):
    code = "deposit_return_cannot_be_undone"
    meaning = "Another person gave the deposits back, or the time for an undo is over."
    message = gettext_lazy("This return can no longer be undone.")

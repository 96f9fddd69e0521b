"""Refusals of a mass payment."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused, Text


class TotalTooLarge(Refused):
    code = "total_too_large"
    meaning = "The sum of all amounts is larger than can be booked."
    field = "file"
    message = gettext_lazy("The sum of all amounts is too large.")


class RowsHaveProblems(Conflict):
    code = "rows_have_problems"
    meaning = "Some rows have problems. A mass payment can be confirmed only if no row has one."
    message = gettext_lazy("Some rows cannot be paid. Please correct the file and upload it again.")


class MassPaymentIsClosed(Conflict):
    """The mass payment's `status` does not allow this: for example, it was already confirmed or cancelled."""

    code = "mass_payment_closed"
    meaning = "The mass payment was already confirmed or cancelled."

    def __init__(self, status: str, label: Text) -> None:
        self.status = status
        super().__init__(_("This mass payment can no longer be changed: %(status)s.") % {"status": label})

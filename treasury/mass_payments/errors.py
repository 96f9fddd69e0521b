"""Refusals of a mass payment."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Refused, type_of_text


class FileUnreadable(Refused):
    """A mass payment's file that cannot be taken as a whole; `code` says why."""

    field = "file"

    def __init__(self, code: str, message: type_of_text) -> None:
        super().__init__(message)
        self.code = code


class RowsHaveProblems(Refused):
    code = "rows_have_problems"
    http_status = 409
    message = gettext_lazy("Some rows cannot be paid. Please correct the file and upload it again.")


class MassPaymentIsClosed(Refused):
    """It was already confirmed, or cancelled; `status` says which."""

    code = "mass_payment_closed"
    http_status = 409

    def __init__(self, status: str, label: type_of_text) -> None:
        self.status = status
        super().__init__(_("This mass payment can no longer be changed: %(status)s.") % {"status": label})

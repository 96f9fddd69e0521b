"""Refusals of a mass payment."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused, Text


class FileUnreadable(Refused):
    """The whole CSV file of a mass payment is refused; `code` says why."""

    field = "file"
    codes = {
        "file_too_large": "The file is larger than 1 MB.",
        "file_not_utf8": "The file is not in UTF-8.",
        "file_not_text": "The file is not text.",
        "file_quotes": "A quotation mark is not closed or is in the wrong place.",
        "file_without_columns": "The first line does not name the columns.",
        "file_unknown_column": "The first line names a column that is not known.",
        "file_column_twice": "The first line names a column twice.",
        "file_without_rows": "There are no rows below the first line.",
        "file_too_many_rows": "There are more than 10,000 rows.",
    }

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message)
        self.code = code


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

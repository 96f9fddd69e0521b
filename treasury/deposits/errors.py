"""Refusals of a deposit, of its return, and of a bank statement."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused, Text


class ReferenceReused(Conflict):
    """The bank used this reference for another deposit. `differing` names the field whose content differs."""

    code = "reference_reused"
    meaning = "The bank has already made a deposit with this reference and other content. `field` names what differs."

    def __init__(self, differing: str) -> None:
        self.differing = self.field = differing
        super().__init__(
            _("This reference was already used with another %(field)s. Nothing was booked.") % {"field": differing}
        )


class ReferenceMissing(Refused):
    code = "reference_missing"
    meaning = "The bank's own reference of the deposit is missing."
    field = "reference"
    message = gettext_lazy("Please send the bank's own reference of this deposit.")


class PayeeUnknown(Refused):
    code = "payee_unknown"
    meaning = "No wallet has this username, e-mail address, id or payment reference."
    field = "to"
    message = gettext_lazy("No member has this name or reference.")


class DepositSpent(Conflict):
    """The member no longer has the money. Staff's list shows that the bank asked for it."""

    code = "deposit_spent"
    meaning = "The member no longer has the money of the deposit, so it is not given back. Staff see the recall."
    message = gettext_lazy("The member no longer has this money. The treasurer can see that it was recalled.")


class StatementUnreadable(Refused):
    """The whole file of a bank statement is refused; `code` says why."""

    field = "file"
    codes = {
        "statement_unreadable": "The file is not a CAMT.053 statement that can be read.",
        "statement_of_another_account": "The statement is of another account than the bank's.",
        "statement_without_rows": "The statement has no money that came in.",
        "statement_too_long": "The statement has more than 10,000 rows.",
    }

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message)
        self.code = code


class StatementIsClosed(Conflict):
    code = "statement_closed"
    meaning = "The statement was confirmed before."
    message = gettext_lazy("This statement was already confirmed.")

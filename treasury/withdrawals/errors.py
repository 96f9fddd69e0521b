"""Refusals of a withdrawal, and of a file for the bank."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused, Text
from conversion.money import Money, format_money


class NoBankForWithdrawals(Refused):
    code = "no_bank_for_withdrawals"
    meaning = "No bank of this installation pays out in the currency of the wallet."
    message = gettext_lazy("No bank pays out in your currency here. Please ask the treasurer.")


class WithdrawalIsClosed(Conflict):
    """The withdrawal's `status` does not allow this: for example, it was cancelled or is already at the bank."""

    code = "withdrawal_closed"
    meaning = "The withdrawal is in another state: it was cancelled, declined, sent to the bank, paid or returned."

    def __init__(self, status: str, label: Text) -> None:
        self.status = status
        super().__init__(_("This withdrawal can no longer be changed in this way: %(status)s.") % {"status": label})


class NotApproved(Conflict):
    code = "withdrawals_not_approved"
    meaning = "A withdrawal that the file should have is no longer approved."
    message = gettext_lazy("The list has changed: one of these is no longer approved. Please look at it again.")


class AnotherMustFile(Refused):
    """The maker of the file approved more of it than one person may pay out alone. `limit` is what one may in a day."""

    code = "another_must_file"
    meaning = "What one person has both approved and filed today would be above the limit. Another one must file it."

    def __init__(self, limit: Money) -> None:
        self.limit = limit
        super().__init__(
            _(
                "You approved these yourself. What one person approves and sends to the bank is at most %(limit)s"
                " a day. Another treasurer must make a file of the others."
            )
            % {"limit": format_money(limit)}
        )


class NothingToFile(Refused):
    code = "nothing_to_file"
    meaning = "No withdrawal was chosen for the file."
    field = "withdrawals"
    message = gettext_lazy("Please choose at least one withdrawal.")


class TooManyToFile(Refused):
    code = "too_many_to_file"
    meaning = "A file has at most 100 withdrawals."
    field = "withdrawals"

    def __init__(self, most: int) -> None:
        super().__init__(_("A file has at most %(most)s withdrawals. Please make several files.") % {"most": most})


class BankHasNoIban(Conflict):
    code = "bank_has_no_iban"
    meaning = "The bank's IBAN or account holder is missing, so no order can be written to it."
    message = gettext_lazy("The IBAN of our account at this bank is missing. Please ask an administrator.")

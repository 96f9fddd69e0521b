"""Refusals of imports."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, NotAllowed, Refused, Text


class ExportUnreadable(Refused):
    """The whole file is refused; `code` says why."""

    field = "export"
    codes = {
        "export_too_large": "The file, or what is packed in it, is too large.",
        "export_unknown": "The file is no export that is known here.",
        "export_damaged": "The file is damaged.",
        "export_without_people": "There is nobody in the file.",
        "export_too_many": "There are too many people or transactions in the file.",
    }

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message)
        self.code = code


class ImportedBefore(Conflict):
    code = "imported_before"
    meaning = "This file was uploaded before. A file is imported once."
    field = "export"
    message = gettext_lazy(
        "This file was uploaded before. A file is imported once; cancel the other draft to start anew."
    )


class ImportIsClosed(Conflict):
    code = "import_closed"
    meaning = "The import was confirmed, cancelled or undone before."
    message = gettext_lazy("This import can no longer be changed.")


class ChoicesChanged(Conflict):
    code = "choices_changed"
    meaning = "Somebody changed a choice after the page was shown."
    message = gettext_lazy("Somebody has changed a choice meanwhile. Please look at it again, then confirm.")


class RowsUndecided(Conflict):
    code = "rows_undecided"
    meaning = "Some people are not decided: what happens to them, or which balance they get."
    message = gettext_lazy("Some people are not decided yet.")


class SellerMissing(Conflict):
    code = "import_needs_seller"
    meaning = "The file has products alone, and nobody is chosen to sell them."
    message = gettext_lazy("Nobody is chosen to sell these products, and the file has nothing else.")


class RowHasProblem(Refused):
    code = "row_has_problem"
    meaning = "This person cannot be imported as chosen."
    message = gettext_lazy("This person has a problem and can only be left out.")


class DebtRefused(RowHasProblem):
    code = "debt_refused"
    meaning = "The member would owe more than their limit allows."
    message = gettext_lazy(
        "This member would owe more than their limit allows. Raise the limit first, or leave this person out."
    )


class NobodyToMatch(RowHasProblem):
    code = "nobody_to_match"
    meaning = "No active member with a wallet in this currency has this username, or another person of the file has it."
    field = "member"
    message = gettext_lazy(
        "Please type the username of an active member with a wallet in this currency, whom no other line has."
    )


class SecondPersonMissing(NotAllowed):
    code = "import_needs_another"
    meaning = "The import waits for a second person, and this is the one who confirmed it."
    message = gettext_lazy("You confirmed this import. A second person of the treasury must confirm it, too.")


class AdministratorMissing(NotAllowed):
    code = "import_needs_administrator"
    meaning = "The import makes accounts, which only an administrator may let in."
    message = gettext_lazy("This import makes new accounts, so an administrator must confirm it.")


class Touched(Conflict):
    code = "import_touched"
    meaning = "A member has moved money since the import, so it can no longer be undone."
    message = gettext_lazy("Somebody has moved money since, so this import can no longer be undone.")

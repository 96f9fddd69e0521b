"""Refusals at a kiosk, and of what staff do with its devices and cards."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, NotAllowed, Refused


class EnrolCodeWrong(NotAllowed):
    code = "enrol_code_wrong"
    meaning = "The code for enrolling a device is wrong, was used already, or is older than 10 minutes."
    field = "code"
    message = gettext_lazy("This code is wrong, was used already, or is older than 10 minutes. Please ask for another.")


class VisitOver(Conflict):
    code = "visit_over"
    meaning = "The visit at the kiosk has ended. Nothing was booked."
    message = gettext_lazy("This visit is over. Nothing was booked. Please sign in again.")


class NotEnoughMoney(Refused):
    """Instead of DebtLimitReached, whose text tells the balance, where others look at the screen."""

    code = "not_enough_money_here"
    meaning = "The member has too little money, and the kiosk shows no amounts. Nothing was booked."
    message = gettext_lazy("You have too little money for this. Please top up first. Nothing was booked.")


class CodeUnreadable(Refused):
    code = "code_unreadable"
    meaning = "What was read is not a code of 4 to 64 letters and digits."
    field = "code"
    message = gettext_lazy("This could not be read. Please scan it again.")


class CodeReadTwice(Refused):
    code = "code_read_twice"
    meaning = "A known code was read twice in a row as if it were one. Nothing was booked."
    field = "code"
    message = gettext_lazy("This was read twice at once. Nothing was booked. Please scan it again.")


class CodeUnknown(Refused):
    code = "code_unknown"
    meaning = "The code is no product of this kiosk and nobody's card."
    field = "code"
    message = gettext_lazy("This code is not known here. Is it your card? Ask staff to add this card.")


class SignInFirst(NotAllowed):
    code = "kiosk_sign_in_first"
    meaning = "A product was scanned while nobody is signed in at the kiosk. Nothing was booked."
    message = gettext_lazy("Please sign in first, then scan it again. Nothing was booked.")


class NotByThisWay(NotAllowed):
    code = "kiosk_other_way"
    meaning = "The kiosk takes no sign-in by this way, or the member is not in the list."
    message = gettext_lazy("You cannot sign in here in this way.")


class TagTaken(Conflict):
    code = "tag_taken"
    meaning = "The card belongs to a member already."
    message = gettext_lazy("This card belongs to somebody already. It must be revoked first.")

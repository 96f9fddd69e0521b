"""Refusals of a hold."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused, Text
from conversion.money import Money, format_money
from payments.errors import ToOneself


class HoldForOneself(ToOneself):
    field = "payee"
    message = gettext_lazy("You cannot set money aside for yourself.")


class HoldHasEnded(Conflict):
    """The reserved amount was already captured, released, or has expired; `status` says which."""

    code = "hold_ended"
    meaning = "The hold was already captured or released, or has expired."

    def __init__(self, status: str, label: Text) -> None:
        self.status = status
        super().__init__(_("This amount is no longer reserved: %(status)s.") % {"status": label})


class MoreThanHeld(Refused):
    code = "more_than_held"
    meaning = "More than is set aside."
    field = "amount"

    def __init__(self, held: Money) -> None:
        super().__init__(_("Only %(held)s is reserved. Take that or less.") % {"held": format_money(held)})


class OnlyAsAWhole(Refused):
    code = "only_as_a_whole"
    meaning = "An offer is accepted whole."
    field = "amount"
    message = gettext_lazy("This is offered as a whole: accept all of it, or decline.")

"""Refusals of a hold."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused, Text
from conversion.money import Money, format_money
from payments.errors import ToOneself


class HoldForOneself(ToOneself):
    field = "payee"
    message = gettext_lazy("You cannot place a hold for yourself.")


class HoldHasEnded(Conflict):
    """The hold was already captured or released, or has expired. `status` says which."""

    code = "hold_ended"
    meaning = "The hold was already captured or released, or has expired."

    def __init__(self, status: str, label: Text) -> None:
        self.status = status
        super().__init__(_("This amount is no longer on hold: %(status)s.") % {"status": label})


class MoreThanHeld(Refused):
    code = "more_than_held"
    meaning = "The amount is more than what is on hold."
    field = "amount"

    def __init__(self, held: Money) -> None:
        super().__init__(_("Only %(held)s is on hold. Capture that or less.") % {"held": format_money(held)})


class OnlyAsAWhole(Refused):
    code = "only_as_a_whole"
    meaning = "A two-step payment can only be captured as a whole."
    field = "amount"
    message = gettext_lazy("This payment can only be accepted as a whole. Accept all of it, or decline it.")

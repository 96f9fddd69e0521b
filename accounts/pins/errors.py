"""Refusals because of a PIN: missing, not issued, wrong, or locked."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversion.errors import NotAllowed, Refused, TooOften


class PinMissing(Refused):
    code = "pin_missing"
    meaning = "The PIN is missing, or the account has no PIN yet."
    field = "pin"
    message = gettext_lazy("Please enter your 6-digit PIN.")


class PinNotIssued(PinMissing):
    message = gettext_lazy("You have no PIN yet. You can get one under My account, with your password.")


class PinPaused(NotAllowed):
    code = "pin_paused"
    meaning = "The password was reset by a letter a short time ago. A new PIN needs a second factor, or waits."

    def __init__(self, until: dt.datetime) -> None:
        self.until = until
        super().__init__(
            _(
                "Your password was reset with a link. For your safety, a new PIN can be made from %(time)s on,"
                " or now if you sign in with a second factor."
            )
            % {"time": date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT")}
        )


class PinIsOfNoUse(NotAllowed):
    code = "pin_of_no_use"
    meaning = "A bank has no PIN: it pays nothing from a wallet of its own."
    message = gettext_lazy("A bank has no PIN.")


class PinWrong(NotAllowed):
    code = "pin_wrong"
    meaning = "The PIN is wrong."
    field = "pin"

    def __init__(self, tries_left: int) -> None:
        self.tries_left = tries_left
        super().__init__(
            ngettext(
                "Wrong PIN. %(n)s try left before it is locked for 15 minutes.",
                "Wrong PIN. %(n)s tries left before it is locked for 15 minutes.",
                tries_left,
            )
            % {"n": tries_left}
        )


class PinLocked(TooOften):
    code = "pin_locked"
    meaning = "Too many wrong PINs were tried. The PIN is locked for 15 minutes."
    field = "pin"

    def __init__(self, until: dt.datetime) -> None:
        self.until = until
        super().__init__(
            _("Too many wrong PINs. Your PIN is locked until %(time)s.")
            % {"time": date_format(timezone.localtime(until), "TIME_FORMAT")}
        )

"""Refusals because of a PIN: missing, not issued, wrong, locked, or limited; and of its reset by staff."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversion.errors import Conflict, NotAllowed, Refused, TooOften
from conversion.money import Money, format_money


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


class PinLimited(NotAllowed):
    code = "pin_limited"
    meaning = "The PIN was set with a code from staff, and pays small amounts only until its owner confirms it."
    message = gettext_lazy("Your PIN was set with a code from staff. Please confirm first that it was you.")


class OverPinLimit(PinLimited):
    """The payment is above what such a PIN may pay at once or, if `is_of_the_day`, in a day."""

    def __init__(self, limit: Money, *, is_of_the_day: bool) -> None:
        texts = {
            False: _("Your PIN was set with a code from staff. Until you confirm it, it pays up to %(limit)s at once."),
            True: _("Your PIN was set with a code from staff. Until you confirm it, it pays up to %(limit)s in a day."),
        }
        super().__init__(texts[is_of_the_day] % {"limit": format_money(limit)})


class CodeWrong(NotAllowed):
    code = "pin_code_wrong"
    meaning = "The code for a new PIN is wrong, was used already, or is older than 15 minutes."
    field = "code"
    message = gettext_lazy("This code is wrong, was used already, or is older than 15 minutes. Please ask for another.")


class ResetNeedsAnother(NotAllowed):
    code = "pin_reset_needs_another"
    meaning = "Another person of staff than the one who started the reset must agree to it."
    message = gettext_lazy("You started this yourself. A colleague who sees the person, too, must agree.")


class ResetIsClosed(Conflict):
    code = "pin_reset_closed"
    meaning = "The reset was already agreed to, used, cancelled or stopped, or is older than 15 minutes."
    message = gettext_lazy("This is decided already, or older than 15 minutes. If need be, please start again.")


class StarterBarred(Conflict):
    code = "pin_reset_starter_barred"
    meaning = "Who started the reset is frozen or inactive, or no longer has the role."
    message = gettext_lazy("Who started this may no longer do so. Please start again with another colleague.")

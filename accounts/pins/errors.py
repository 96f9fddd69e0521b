"""What can be wrong with a PIN."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversion.errors import Refused


class PinMissing(Refused):
    code = "pin_missing"
    field = "pin"
    message = gettext_lazy("Please enter your 6-digit PIN.")


class PinWrong(Refused):
    code = "pin_wrong"
    field = "pin"
    http_status = 403

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


class PinLocked(Refused):
    code = "pin_locked"
    field = "pin"
    http_status = 429

    def __init__(self, until: dt.datetime) -> None:
        self.until = until
        super().__init__(
            _("Too many wrong PINs. It is locked until %(time)s.")
            % {"time": date_format(timezone.localtime(until), "TIME_FORMAT")}
        )

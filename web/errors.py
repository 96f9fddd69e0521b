"""The refusal of the limiter."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from conversion.errors import TooOften
from conversion.readings import in_words


class TooManyTries(TooOften):
    """`until`: when the next try is allowed, by the database's clock."""

    code = "too_many"
    meaning = "Too many tries. Nothing was done. The message says when the next one is allowed."

    def __init__(self, until: dt.datetime) -> None:
        self.until = until
        super().__init__(
            _("Too many tries. You can try again at %(time)s (in %(wait)s).")
            % {"time": date_format(timezone.localtime(until), "TIME_FORMAT"), "wait": in_words(self.wait_s)}
        )

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from web.refusals import RefusableForm

from .queries import Period

LONGEST_DAYS = 366


class PeriodForm(RefusableForm):
    """A period of days; without any input, the month until today."""

    first = forms.DateField(label=_("From"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
    last = forms.DateField(label=_("Until"), widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        first, last = data.get("first"), data.get("last")
        if first and last and last < first:
            self.add_error("last", _("It must not end before it starts."))
        elif first and last and (last - first).days > LONGEST_DAYS:
            self.add_error("last", _("A year at most."))
        return data

    @property
    def period(self) -> Period:
        return Period(self.cleaned_data["first"], self.cleaned_data["last"])


def this_month() -> dict[str, dt.date]:
    today = localdate()
    return {"first": today.replace(day=1), "last": today}

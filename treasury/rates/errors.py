"""Refusals of rates that an administrator sets or confirms."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Conflict, Refused


class RatesAreBuiltIn(Refused):
    code = "rates_are_built_in"
    meaning = "RATES_SOURCE is default, so no rate can be set."
    message = gettext_lazy("The built-in rates count here, so none can be set. RATES_SOURCE=staff changes that.")


class RateIsClosed(Conflict):
    code = "rate_closed"
    meaning = "The rate was confirmed already, or another one came after it."
    message = gettext_lazy("This rate waits no longer: it was confirmed, or another one came after it.")


class AnotherMustConfirm(Refused):
    code = "another_must_confirm_rate"
    meaning = "Who set a rate that moves too far cannot confirm it: another administrator must."
    message = gettext_lazy(
        "You set this rate yourself. Because it moves so far, another administrator must confirm it."
    )

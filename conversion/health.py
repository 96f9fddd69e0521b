"""The health of the conversion service and of its rates."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import client
from .money import Money, currency
from .readings import Check, Reading, in_words
from .table import is_built_in, known, waiting


def conversion() -> Reading:
    """Raises ConversionUnavailable. Rates that are too old do not make the service ill: see `rates`."""
    try:
        worth = client.convert(Money.of("1", "GBP"), to=currency("EUR"))
    except client.RatesTooOld:
        return Reading(True, _("The service answers, but its rate of the euro is too old."))
    return Reading(True, _("The service converts (£1 is %(worth)s EUR).") % {"worth": worth.target.decimal})


def rates() -> Reading:
    """Whether a rate is too old or waits for an administrator. The number is the age of the oldest."""
    if is_built_in():
        return Reading(True, _("The built-in rates count."))
    table = known()
    old = [each.currency.code for each in table if each.is_old]
    refused = [row.currency_code for row in waiting()]
    oldest_s = max((each.age.total_seconds() for each in table if each.limit and each.age), default=0.0)
    says = _("The oldest rate is %(age)s old.") % {"age": in_words(oldest_s)}
    if old:
        says = _("Too old: %(codes)s.") % {"codes": ", ".join(old)}
    if refused:
        says += " " + _("Waits for an administrator: %(codes)s.") % {"codes": ", ".join(refused)}
    return Reading(not old and not refused, says, oldest_s, "seconds")


CHECKS = [
    Check("conversion", gettext_lazy("Conversion service"), conversion, needed=True, asks_database=False),
    Check("rates", gettext_lazy("Exchange rates"), rates),
]

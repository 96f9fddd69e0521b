"""The health of the conversion service."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from . import client
from .money import Money, currency
from .readings import Check, Reading


def conversion() -> Reading:
    """Raises ConversionUnavailable."""
    worth = client.convert(Money.of("1", "GBP"), to=currency("EUR"))
    return Reading(True, _("The service converts (£1 is %(worth)s EUR).") % {"worth": worth.target.decimal})


CHECKS = [Check("conversion", gettext_lazy("Conversion service"), conversion, needed=True, asks_database=False)]

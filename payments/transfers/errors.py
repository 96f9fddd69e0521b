"""Refusals of a transfer."""

from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Refused


class QuoteExpired(Refused):
    code = "quote_expired"
    meaning = "The quote has expired. Nothing was booked; create a new quote."
    message = gettext_lazy("This quote has expired. Please check the new one and confirm again. Nothing was booked.")

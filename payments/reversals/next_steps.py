"""The next step after an undo that was refused: asking for the money with a payment request."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from .errors import PayeeLacksFunds

NEXT_STEPS = {PayeeLacksFunds: (_("Request money"), "payments:new_request")}

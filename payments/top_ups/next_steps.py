"""The next step after a refusal for too little money: topping up."""

from __future__ import annotations

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from ledger.errors import InsufficientFunds

_TOP_UP = {InsufficientFunds: (_("Top up"), "payments:top_up")}

NEXT_STEPS = _TOP_UP if settings.TOP_UP_DAILY_CAP != "0" else {}  # without top-ups on trust, the page is a 404

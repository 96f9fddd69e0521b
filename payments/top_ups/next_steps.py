"""What helps somebody who is short of money."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.errors import InsufficientFunds

NEXT_STEPS = {InsufficientFunds: (_("Top up"), "payments:top_up")}

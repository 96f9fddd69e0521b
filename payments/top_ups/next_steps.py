"""The next step after a refusal for too little money: topping up."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.errors import InsufficientFunds

NEXT_STEPS = {InsufficientFunds: (_("Top up"), "payments:top_up")}

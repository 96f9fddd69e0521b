"""The panel on a member's home: how much they have pledged."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from conversion.money import Money
from ledger.models import Wallet
from payments.panels import HomePanel

from .queries import pledged_by


def _pledged(user: User, wallet: Wallet) -> dict[str, Any] | None:
    total = Money(pledged_by(user), wallet.currency)
    return {"total": total} if total else None


HOME_PANELS = [HomePanel("plugged_in/_panel.html", _pledged)]

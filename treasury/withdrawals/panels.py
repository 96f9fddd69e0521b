"""The home panel of the member's withdrawals that are on their way."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from ledger.models import Wallet
from payments.panels import HomePanel

from . import queries


def _on_their_way(user: User, wallet: Wallet) -> dict[str, Any] | None:
    found = queries.on_their_way(user)[:5]
    return {"withdrawals": found} if found else None


HOME_PANELS = [HomePanel("treasury/_withdrawals_panel.html", _on_their_way)]

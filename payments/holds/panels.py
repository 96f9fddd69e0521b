"""The home panel of open holds that others placed for the member."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from ledger.models import Wallet
from payments.panels import HomePanel

from .queries import open_holds_for


def _held_for(user: User, wallet: Wallet) -> dict[str, Any] | None:
    found = open_holds_for(wallet, limit=5)
    return {"held_for_me": found} if found else None


HOME_PANELS = [HomePanel("payments/_holds_panel.html", _held_for)]

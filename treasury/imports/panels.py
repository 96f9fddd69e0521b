"""The home panel that leads to what the member had in the system before this one."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from ledger.models import Wallet
from payments.panels import HomePanel

from . import queries


def _before(user: User, wallet: Wallet) -> dict[str, Any] | None:
    found = queries.rows_from_before(user, lately=True)
    return {"row": found[-1]} if found else None


HOME_PANELS = [HomePanel("treasury/_before_panel.html", _before)]

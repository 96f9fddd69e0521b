"""The home panel of open payment requests that the member can pay or decline."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from ledger.models import Wallet
from payments.panels import HomePanel

from .queries import open_requests_to


def _open_requests(user: User, wallet: Wallet) -> dict[str, Any] | None:
    found = open_requests_to(user, limit=5)
    return {"open_requests": found} if found else None


HOME_PANELS = [HomePanel("payments/_requests_panel.html", _open_requests, invites=True)]

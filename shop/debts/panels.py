"""The home panel of a member who has little money, or owes some."""

from __future__ import annotations

from typing import Any

from accounts.models import User
from ledger.kinds import MEMBER
from ledger.models import Wallet
from payments.panels import HomePanel

from .standing import FINE, standing_of


def _low_or_owing(user: User, wallet: Wallet) -> dict[str, Any] | None:
    if wallet.purpose != MEMBER:
        return None
    standing = standing_of(wallet)
    return {"standing": standing} if standing.code != FINE else None


HOME_PANELS = [HomePanel("shop/debts/_panel.html", _low_or_owing)]

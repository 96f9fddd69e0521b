"""Template filters about wallets."""

from __future__ import annotations

from ledger.kinds import PERSONAL
from ledger.models import Wallet
from web.templatetags.money import register


@register.filter
def wallet_name(wallet: Wallet) -> str:
    """Returns the owner's username, or the label of the purpose for a system wallet."""
    if wallet.purpose in PERSONAL and wallet.owner is not None:
        return wallet.owner.get_username()
    return str(wallet.purpose_label)

"""The purpose of a cashier's wallet: what is in the drawer is minus its balance."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.kinds import WalletPurpose

DRAWER = WalletPurpose("drawer", _("Cash drawer"))

WALLET_PURPOSES = [DRAWER]

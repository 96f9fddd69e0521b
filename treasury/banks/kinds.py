"""The purpose of a bank's wallets."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.kinds import WalletPurpose

# Append-only and without a floor: its balance is what the bank holds for us, as a negative number.
BANK_CLEARING = WalletPurpose("bank_clearing", _("Bank"))

WALLET_PURPOSES = [BANK_CLEARING]

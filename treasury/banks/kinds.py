"""The purpose of a bank's wallets, and the notification that a bank was changed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import SECURITY, NoticeKind
from ledger.kinds import WalletPurpose

# Append-only and without a floor: its balance is what the bank holds for us, as a negative number.
BANK_CLEARING = WalletPurpose("bank_clearing", _("Bank"))

BANK_CHANGED = NoticeKind(
    "bank_changed", _("A colleague gave a bank more power"), page="staff:confirm_bank", mail=SECURITY
)

NOTICE_KINDS = [BANK_CHANGED]
WALLET_PURPOSES = [BANK_CLEARING]

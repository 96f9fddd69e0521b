"""What topping up is called, and the wallet it comes from."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.kinds import TransferKind, WalletPurpose

TRUST_TOP_UP = TransferKind("trust_top_up", _("Top-up"), undoable=True)
TRUST = WalletPurpose("trust", _("Top-ups on trust"), of_the_system=True)

TRANSFER_KINDS = [TRUST_TOP_UP]
WALLET_PURPOSES = [TRUST]

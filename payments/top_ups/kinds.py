"""The transfer kind of top-ups on trust, and the purpose of the system wallet that they come from."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.kinds import TransferKind, WalletPurpose

TRUST_TOP_UP = TransferKind("trust_top_up", _("Top-up"), undoable=True, undo_may_owe=True)
TRUST = WalletPurpose("trust", _("Top-ups on trust"), of_the_system=True)

TRANSFER_KINDS = [TRUST_TOP_UP]
WALLET_PURPOSES = [TRUST]

"""The transfer kind of opening grants, and the purpose of the system wallet that pays them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from ledger.kinds import TransferKind, WalletPurpose

GRANT = TransferKind("grant", _("Opening grant"))
GRANTS = WalletPurpose("grants", _("Opening grants"), of_the_system=True)

TRANSFER_KINDS = [GRANT]
WALLET_PURPOSES = [GRANTS]

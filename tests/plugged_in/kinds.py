"""The transfer kind, the notice kind and the wallet purpose of pledges."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind
from ledger.kinds import TransferKind, WalletPurpose

PLEDGE = TransferKind("pledge", _("Pledge"), refundable=True)
PLEDGED = NoticeKind("pledged", _("Money pledged to you"), page="payments:receipt")
MATCHING = WalletPurpose("matching", _("Matching of pledges"), of_the_system=True)

TRANSFER_KINDS = [PLEDGE]
NOTICE_KINDS = [PLEDGED]
WALLET_PURPOSES = [MATCHING]

"""The transfer kind, the notice kind, the topic of letters and the wallet purpose of pledges."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind, Topic
from ledger.kinds import TransferKind, WalletPurpose

PLEDGE = TransferKind("pledge", _("Pledge"), refundable=True)
PLEDGES = Topic("pledges", _("Pledges to you"))
PLEDGED = NoticeKind("pledged", _("Money pledged to you"), page="payments:receipt", mail=PLEDGES)
MATCHING = WalletPurpose("matching", _("Matching of pledges"), of_the_system=True)

TRANSFER_KINDS = [PLEDGE]
NOTICE_KINDS = [PLEDGED]
MAIL_TOPICS = [PLEDGES]
WALLET_PURPOSES = [MATCHING]

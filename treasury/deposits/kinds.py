"""The kinds of transfers and of notifications of a bank's deposits."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import BANKS
from events.kinds import NoticeKind
from ledger.kinds import TransferKind

DEPOSIT = TransferKind("deposit", _("Bank transfer"), made_by_roles=BANKS)
DEPOSIT_RETURN = TransferKind("deposit_return", _("Bank transfer recalled"), made_by_roles=BANKS)
DEPOSITED = NoticeKind("deposited", _("Money came by bank transfer"), page="payments:receipt")
RETURNED = NoticeKind("deposit_returned", _("The bank recalled a transfer to you"), page="payments:receipt")

TRANSFER_KINDS = [DEPOSIT, DEPOSIT_RETURN]
NOTICE_KINDS = [DEPOSITED, RETURNED]

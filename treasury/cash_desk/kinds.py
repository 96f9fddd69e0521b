"""The cash desk's kind of transfer, its kind of notification, and the purpose of a cashier's wallet (the drawer)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import CASH_DESK
from events.kinds import NoticeKind
from ledger.kinds import TransferKind, WalletPurpose

CASH_TOP_UP = TransferKind("cash_top_up", _("Cash top-up"), undoable=True, made_by_roles=CASH_DESK)
TOPPED_UP = NoticeKind("topped_up", _("Topped up"), page="payments:receipt")
DRAWER = WalletPurpose("drawer", _("Cash drawer"))

TRANSFER_KINDS = [CASH_TOP_UP]
NOTICE_KINDS = [TOPPED_UP]
WALLET_PURPOSES = [DRAWER]

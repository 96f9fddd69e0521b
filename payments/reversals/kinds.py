"""The transfer kinds and the notice kinds of reversals and refunds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind
from ledger.kinds import TransferKind

REFUND = TransferKind("refund", _("Refund"))
REVERSAL = TransferKind("reversal", _("Undone"))
REFUNDED = NoticeKind("refunded", _("Money refunded"), page="payments:receipt")
UNDONE = NoticeKind("undone", _("Undone: the money went back"), page="payments:receipt")

TRANSFER_KINDS = [REFUND, REVERSAL]
NOTICE_KINDS = [REFUNDED, UNDONE]

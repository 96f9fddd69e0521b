"""The transfer kinds, the notice kinds and the topic of letters of reversals and refunds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind, Topic
from ledger.kinds import TransferKind

REFUND = TransferKind("refund", _("Refund"))
REVERSAL = TransferKind("reversal", _("Undone"))
BACK = Topic("refunds", _("Refunds, and payments that were undone"))
REFUNDED = NoticeKind("refunded", _("Money refunded"), page="payments:receipt", mail=BACK)
UNDONE = NoticeKind("undone", _("Undone: the money went back"), page="payments:receipt", mail=BACK)

TRANSFER_KINDS = [REFUND, REVERSAL]
NOTICE_KINDS = [REFUNDED, UNDONE]
MAIL_TOPICS = [BACK]

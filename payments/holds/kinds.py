"""The transfer kind, the notice kinds and the topic of letters of holds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind, Topic
from ledger.kinds import TransferKind

CAPTURE = TransferKind("capture", _("Payment from a hold"), refundable=True)
ON_HOLD = Topic("holds", _("Money on hold"))
HELD = NoticeKind("held", _("Money on hold for you"), page="payments:hold", mail=ON_HOLD)
TO_ACCEPT = NoticeKind("hold_to_accept", _("Money waiting to be accepted"), page="payments:hold", mail=ON_HOLD)
HOLD_CAPTURED = NoticeKind("hold_captured", _("Hold captured"), page="payments:receipt", mail=ON_HOLD)
HOLD_RELEASED = NoticeKind("hold_released", _("Hold released"), page="payments:hold", mail=ON_HOLD)

TRANSFER_KINDS = [CAPTURE]
NOTICE_KINDS = [HELD, TO_ACCEPT, HOLD_CAPTURED, HOLD_RELEASED]
MAIL_TOPICS = [ON_HOLD]

"""The transfer kind and the notice kinds of holds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind
from ledger.kinds import TransferKind

CAPTURE = TransferKind("capture", _("Payment from a hold"), refundable=True)
HELD = NoticeKind("held", _("Money on hold for you"), page="payments:hold")
TO_ACCEPT = NoticeKind("hold_to_accept", _("Money waiting to be accepted"), page="payments:hold")
HOLD_CAPTURED = NoticeKind("hold_captured", _("Hold captured"), page="payments:receipt")
HOLD_RELEASED = NoticeKind("hold_released", _("Hold released"), page="payments:hold")

TRANSFER_KINDS = [CAPTURE]
NOTICE_KINDS = [HELD, TO_ACCEPT, HOLD_CAPTURED, HOLD_RELEASED]

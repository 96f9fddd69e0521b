"""What is called of holds."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind
from ledger.kinds import TransferKind

CAPTURE = TransferKind("capture", _("Payment of a reserved amount"), refundable=True)
HELD = NoticeKind("held", _("Money reserved for you"), page="payments:hold")
OFFERED = NoticeKind("offered", _("Money waiting to be accepted"), page="payments:hold")
HOLD_CAPTURED = NoticeKind("hold_captured", _("Reserved amount paid"), page="payments:receipt")
HOLD_RELEASED = NoticeKind("hold_released", _("Reserved amount released"), page="payments:hold")

TRANSFER_KINDS = [CAPTURE]
NOTICE_KINDS = [HELD, OFFERED, HOLD_CAPTURED, HOLD_RELEASED]

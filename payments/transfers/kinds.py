"""The transfer kind and the notice kind of plain payments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind
from ledger.kinds import TransferKind

PAYMENT = TransferKind("payment", _("Payment"), undoable=True, refundable=True)
RECEIVED = NoticeKind("received", _("Money received"), page="payments:receipt")

TRANSFER_KINDS = [PAYMENT]
NOTICE_KINDS = [RECEIVED]

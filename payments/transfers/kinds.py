"""The transfer kind, the notice kind and the topic of letters of plain payments."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind, Topic
from ledger.kinds import TransferKind

PAYMENT = TransferKind("payment", _("Payment"), undoable=True, refundable=True)
MONEY_IN = Topic("received", _("Money that you receive"))
RECEIVED = NoticeKind("received", _("Money received"), page="payments:receipt", mail=MONEY_IN)

TRANSFER_KINDS = [PAYMENT]
NOTICE_KINDS = [RECEIVED]
MAIL_TOPICS = [MONEY_IN]

"""The transfer kind and the notice kinds of payment requests."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind
from ledger.kinds import TransferKind

REQUEST = TransferKind("request", _("Payment of a request"), refundable=True)
REQUESTED = NoticeKind("requested", _("Payment requested"), page="payments:requests", of_its_subject=False)
REQUEST_PAID = NoticeKind("request_paid", _("Request paid"), page="payments:receipt")
REQUEST_DECLINED = NoticeKind("request_declined", _("Request declined"), page="payments:requests", of_its_subject=False)
REQUEST_CANCELLED = NoticeKind(
    "request_cancelled", _("Request cancelled"), page="payments:requests", of_its_subject=False
)

TRANSFER_KINDS = [REQUEST]
NOTICE_KINDS = [REQUESTED, REQUEST_PAID, REQUEST_DECLINED, REQUEST_CANCELLED]

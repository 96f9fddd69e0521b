"""The transfer kind, the notice kinds and the topics of letters of payment requests."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from events.kinds import NoticeKind, Topic
from ledger.kinds import TransferKind

REQUEST = TransferKind("request", _("Payment of a request"), refundable=True)
TO_ME = Topic("requests", _("Payment requests to you"))
ANSWERS = Topic("request_answers", _("Answers to your payment requests"))
PAGE = "payments:requests"
REQUESTED = NoticeKind("requested", _("Payment requested"), page=PAGE, of_its_subject=False, mail=TO_ME)
REQUEST_CANCELLED = NoticeKind("request_cancelled", _("Request cancelled"), page=PAGE, of_its_subject=False, mail=TO_ME)
REQUEST_PAID = NoticeKind("request_paid", _("Request paid"), page="payments:receipt", mail=ANSWERS)
REQUEST_DECLINED = NoticeKind("request_declined", _("Request declined"), page=PAGE, of_its_subject=False, mail=ANSWERS)

TRANSFER_KINDS = [REQUEST]
NOTICE_KINDS = [REQUESTED, REQUEST_PAID, REQUEST_DECLINED, REQUEST_CANCELLED]
MAIL_TOPICS = [TO_ME, ANSWERS]

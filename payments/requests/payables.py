"""Paying a request: the transaction that moves the money also locks, checks and closes the request's row."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from django.db.models.functions import Now

from ledger.posting import Posting
from payments.transfers.models import Quote
from payments.transfers.payable import Payable, pays

from .errors import RequestIsClosed
from .kinds import REQUEST, REQUEST_PAID
from .models import PaymentRequest
from .service import quote_request, require_open


@pays("payment_request_id")
class PaidRequest(Payable):
    """A quote that pays a payment request."""

    refused_by = (RequestIsClosed,)
    kind = REQUEST
    notice = REQUEST_PAID

    def lock(self) -> None:
        assert self.quote.payment_request_id is not None
        # FOR NO KEY UPDATE is enough to close the row, and lets inserts that refer to it pass.
        self.locked = PaymentRequest.objects.select_for_update(no_key=True).get(pk=self.quote.payment_request_id)

    def require_open(self, *, now: dt.datetime) -> None:
        require_open(self.locked, now=now)

    def mark_paid(self, posting: Posting) -> None:
        PaymentRequest.objects.filter(pk=self.locked.pk).update(
            status=PaymentRequest.Status.PAID, transfer=posting.transfer_id, closed_at=Now()
        )

    def renew(self, key: UUID) -> Quote:
        assert self.quote.payment_request is not None
        return quote_request(payer=self.quote.maker, payment_request=self.quote.payment_request, key=key)

"""Confirming a quote: the money moves."""

from __future__ import annotations

import datetime as dt

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from conversion.money import Money
from payments import ledger
from payments.db import in_one_transaction
from payments.exceptions import AccountFrozen, InsufficientFunds, QuoteExpired, RequestIsClosed
from payments.ledger import Instruction, Outcome, Posting
from payments.models import Notification, PaymentRequest, Quote, Transfer

from .clock import stamp
from .exchange import legs_between
from .notifications import tell
from .requests import require_open
from .tails import settle


def needs_pin(amount: Money) -> bool:
    return amount.minor > settings.PIN_REQUIRED_ABOVE


def send_money(*, sender, quote: Quote, pin: str | None) -> Transfer:
    """`confirm`, for who wants the transfer itself."""
    return Transfer.objects.get(pk=confirm(sender=sender, quote=quote, pin=pin).transfer_id)


def confirm(*, sender, quote: Quote, pin: str | None) -> Posting:
    """Books the quote as it stands. Sent again, it answers with the same transfer and moves nothing.

    `pin` None: whoever calls has made sure of the sender otherwise. Raises PinMissing, PinWrong, PinLocked,
    QuoteExpired, AccountFrozen, RequestIsClosed, InsufficientFunds, Busy, ServiceDown.
    """
    assert quote.maker_id == sender.pk
    if pin is not None and needs_pin(quote.source_amount):
        sender.verify_pin(pin)
    made_at = stamp()
    settle(quote.source)

    posting = in_one_transaction(lambda: _book(quote, made_at), wallets=ledger.in_line(quote.source, quote.target))

    if declined := why_declined(posting):
        raise declined
    return posting


def why_declined(posting: Posting) -> InsufficientFunds | None:
    """What the sender is told of it; None where it is booked."""
    return InsufficientFunds() if posting.outcome == Outcome.INSUFFICIENT_FUNDS else None


def _book(quote: Quote, made_at: dt.datetime | None) -> Posting:
    """The whole decision. The quote that was shown never changes, so it may be read outside; the request is read and
    locked here.
    """
    payment_request = _locked_request(quote)
    try:
        _require_current(quote, payment_request)
    except (QuoteExpired, AccountFrozen, RequestIsClosed):
        if not ledger.is_known(quote.key, made_by=quote.maker_id):
            raise

    posting = ledger.post(
        Instruction(
            key=quote.key,
            kind=Transfer.Kind.REQUEST if payment_request else Transfer.Kind.PAYMENT,
            note=quote.note,
            legs=legs_between(quote.source, quote.target, paid=quote.source_amount, received=quote.target_amount),
        ),
        made_by=quote.maker_id,
        made_at=made_at,
    )
    if posting.is_new:
        _settle(payment_request, posting)
        kind = Notification.Kind.REQUEST_PAID if payment_request else Notification.Kind.RECEIVED
        tell(
            quote.target.owner_id, kind, actor=quote.maker_id, amount=quote.target_amount, transfer=posting.transfer_id
        )
    return posting


def _locked_request(quote: Quote) -> PaymentRequest | None:
    if quote.payment_request_id is None:
        return None
    return PaymentRequest.objects.select_for_update(no_key=True).get(pk=quote.payment_request_id)


def _require_current(quote: Quote, payment_request: PaymentRequest | None) -> None:
    """Since it was shown its time may have run out, one of the two been frozen, or the request answered otherwise."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT clock_timestamp(),
                      EXISTS (SELECT FROM accounts_user WHERE id IN (%s, %s) AND (frozen OR NOT is_active))""",
            [quote.maker_id, quote.target.owner_id],
        )
        now, is_frozen = cursor.fetchone()
    if quote.expires_at < now:
        raise QuoteExpired
    if is_frozen:
        raise AccountFrozen
    if payment_request:
        require_open(payment_request, now=now)


def _settle(payment_request: PaymentRequest | None, posting: Posting) -> None:
    if payment_request:
        PaymentRequest.objects.filter(pk=payment_request.pk).update(
            status=PaymentRequest.Status.PAID, transfer=posting.transfer_id, closed_at=Now()
        )

"""Payment requests: asking another member for money, quoting, declining, cancelling, and expiry.

A request is paid by a quote of the request, which the payer confirms like any other quote (`payables.py`).
"""

from __future__ import annotations

import datetime as dt
from functools import partial
from uuid import UUID

from django.conf import settings
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from accounts.people.standing import require_may_move
from conversion.errors import KeyReused, NotPositive
from conversion.money import Money
from events.notices import tell
from ledger.exchange import cost_of
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from payments.owners import wallet_of
from payments.transfers.models import Quote
from payments.transfers.quotes import require_can_pay, store_quote

from .errors import RequestFromOneself, RequestIsClosed
from .kinds import REQUEST_CANCELLED, REQUEST_DECLINED, REQUESTED
from .models import PaymentRequest

Status = PaymentRequest.Status


def ask_for_money(
    *,
    requester: User,
    payer: User,
    amount: Money,
    note: str,
    key: UUID,
    with_it: WithIt[PaymentRequest] | None = None,
) -> PaymentRequest:
    """Creates a payment request in the requester's currency. It is open for REQUEST_LIFE_DAYS.

    The same key again returns the first request. Raises RequestFromOneself, NotPositive, AccountFrozen, KeyReused,
    Busy, InDoubt, ServiceDown.
    """
    if requester == payer:
        raise RequestFromOneself
    if amount.minor <= 0:
        raise NotPositive
    may_move = partial(
        require_may_move,
        requester.pk,
        payers=[payer.pk],
        payees=[requester.pk],
        unless=PaymentRequest.objects.filter(requester=requester, key=key).exists,
    )
    may_move()
    wallet = wallet_of(requester)
    assert wallet.currency == amount.currency
    asked = {"payer_id": payer.pk, "amount_minor": amount.minor, "note": note}
    # None: the service is down and TIMESTAMP_REQUIRED is off. A request must have a time, so it gets this computer's.
    made_at = timestamp() or dt.datetime.now(dt.UTC)

    def decide() -> PaymentRequest:
        may_move()  # again: the requester or the payer may have been frozen since the first check
        new = PaymentRequest(
            **asked,
            requester=requester,
            key=key,
            wallet=wallet,
            made_at=made_at,
            expires_at=Now() + dt.timedelta(days=settings.REQUEST_LIFE_DAYS),
        )
        # INSERT first and SELECT afterwards: so the unique key decides which of two submissions was first.
        PaymentRequest.objects.bulk_create([new], ignore_conflicts=True)
        stored = PaymentRequest.objects.select_related("wallet").get(requester=requester, key=key)
        for name, value in asked.items():
            if getattr(stored, name) != value:
                raise KeyReused(name.removesuffix("_id").removesuffix("_minor"))
        if stored.reference == new.reference:  # this call stored it, so the payer is notified once
            tell(payer.pk, REQUESTED, actor=requester.pk, amount=amount, subject=stored.reference)
        return stored

    return in_one_transaction(decide, with_it=with_it)


def quote_request(*, payer: User, payment_request: PaymentRequest, key: UUID, at_once: bool = False) -> Quote:
    """Quotes the payment of a request. The requester receives exactly the amount; the payer's cost is rounded up.

    `at_once` as in `quote_transfer`. Raises RequestIsClosed, AccountFrozen, InsufficientFunds, AmountTooLarge,
    ServiceDown, KeyReused.
    """
    require_open(payment_request, now=timezone.now())  # an early check; the money transaction decides
    source = wallet_of(payer)
    cost = cost_of(payment_request.amount, in_=source.currency)
    if not at_once:
        require_can_pay(payer, source, payment_request.wallet, cost.source)
    return store_quote(
        payer,
        source,
        payment_request.wallet,
        paid=cost.source,
        received=payment_request.amount,
        rate=cost.rate,
        note=payment_request.note,
        key=key,
        payment_request_id=payment_request.pk,
        at_once=at_once,
    )


def decline_request(
    *, payer: User, payment_request: PaymentRequest, with_it: WithIt[PaymentRequest] | None = None
) -> PaymentRequest:
    """The payer declines. A second call changes nothing. Raises RequestIsClosed, Busy, InDoubt.

    A frozen payer may decline, because no money moves.
    """
    assert payment_request.payer_id == payer.pk
    notify = payment_request.requester_id
    return _close(payment_request, Status.DECLINED, notify=notify, by=payer.pk, with_it=with_it)


def cancel_request(
    *, requester: User, payment_request: PaymentRequest, with_it: WithIt[PaymentRequest] | None = None
) -> PaymentRequest:
    """The requester cancels. A second call changes nothing. Raises RequestIsClosed, Busy, InDoubt.

    A frozen requester may cancel, because no money moves.
    """
    assert payment_request.requester_id == requester.pk
    notify = payment_request.payer_id
    return _close(payment_request, Status.CANCELLED, notify=notify, by=requester.pk, with_it=with_it)


def require_open(payment_request: PaymentRequest, *, now: dt.datetime) -> None:
    """Raises RequestIsClosed, also for a request whose time is over and that the worker has not closed yet."""
    status = Status(payment_request.status)
    if status == Status.OPEN and payment_request.expires_at <= now:
        status = Status.EXPIRED
    if status != Status.OPEN:
        raise RequestIsClosed(status, status.label)


def expire_due_requests() -> int:
    """Closes open requests whose time is over by the database's clock. Returns how many. Raises Busy, InDoubt."""
    return in_one_transaction(
        lambda: PaymentRequest.objects.filter(status=Status.OPEN, expires_at__lte=Now()).update(
            status=Status.EXPIRED, closed_at=Now()
        )
    )


def _close(
    payment_request: PaymentRequest, status: Status, *, notify: int, by: int, with_it: WithIt[PaymentRequest] | None
) -> PaymentRequest:
    """Closes the request as declined or cancelled and notifies the other party, in one money transaction."""
    kind = {
        Status.DECLINED: REQUEST_DECLINED,
        Status.CANCELLED: REQUEST_CANCELLED,
    }[status]

    def decide() -> PaymentRequest:
        # The payment of the request locks the same row, so a request is never both paid and declined.
        locked = (
            PaymentRequest.objects.select_for_update(no_key=True, of=("self",))
            .select_related("wallet")
            .get(pk=payment_request.pk)
        )
        if locked.status == status:  # closed in the same way before: no second notification
            return locked
        if not locked.is_open:
            raise RequestIsClosed(locked.status, locked.get_status_display())
        PaymentRequest.objects.filter(pk=locked.pk).update(status=status, closed_at=Now())
        tell(notify, kind, actor=by, amount=locked.amount, subject=locked.reference)
        locked.refresh_from_db(fields=["status", "closed_at"])  # closed_at is the database's time
        return locked

    return in_one_transaction(decide, with_it=with_it)

"""Confirming a quote: the money moves."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from accounts.people.standing import require_may_move
from accounts.pins.pin import needs_pin
from conversion.errors import Refused
from events.notices import tell
from ledger.errors import InsufficientFunds
from ledger.exchange import legs_between
from ledger.models import Transfer
from ledger.posting import Instruction, Outcome, Posting, is_known, post
from ledger.settlement import settle
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import lock_set

from .errors import QuoteExpired
from .models import Quote
from .payable import Payable, payable_of


def send_money(*, payer: User, quote: Quote, pin: str | None) -> Transfer:
    """`confirm`, for who wants the transfer itself."""
    return Transfer.objects.get(pk=confirm(payer=payer, quote=quote, pin=pin).transfer_id)


def confirm(*, payer: User, quote: Quote, pin: str | None) -> Posting:
    """Books the quote as it stands. Sent again, it answers with the same transfer and moves nothing.

    Raises what `decide_transfer` raises, and InsufficientFunds.
    """
    posting = decide_transfer(payer=payer, quote=quote, pin=pin)
    if declined := why_declined(posting):
        raise declined
    return posting


def decide_transfer(*, payer: User, quote: Quote, pin: str | None, with_it: WithIt[Posting] | None = None) -> Posting:
    """As `confirm`; a decline is answered and not raised, so that `with_it` can be stored beside it.

    `pin` None: whoever calls has made sure of the payer otherwise. Raises PinMissing, PinWrong, PinLocked,
    QuoteExpired, AccountFrozen, RequestIsClosed, Busy, ServiceDown.
    """
    assert quote.maker_id == payer.pk
    if pin is not None and needs_pin(quote.source_amount):
        payer.verify_pin(pin)
    made_at = timestamp()
    settle(quote.source)

    wallets = lock_set(quote.source, quote.target)
    return in_one_transaction(lambda: _book(quote, made_at), wallets=wallets, with_it=with_it)


def why_declined(posting: Posting) -> InsufficientFunds | None:
    """Why it was declined, in words for the payer; None where it is booked."""
    return InsufficientFunds() if posting.outcome == Outcome.INSUFFICIENT_FUNDS else None


def _book(quote: Quote, made_at: dt.datetime | None) -> Posting:
    """The whole decision. The quote that was shown never changes, so it may be read outside; what it pays for is read
    and locked here.
    """
    payable = payable_of(quote)
    payable.lock()
    try:
        _require_current(quote, payable)
    except Refused:
        if not is_known(quote.key, made_by=quote.maker_id):
            raise

    posting = post(
        Instruction(
            key=quote.key,
            kind=payable.kind,
            note=quote.note,
            legs=legs_between(quote.source, quote.target, paid=quote.source_amount, received=quote.target_amount),
        ),
        made_by=quote.maker_id,
        made_at=made_at,
    )
    if posting.is_new:
        payable.settle(posting)
        tell(
            quote.target.owner_id,
            payable.notice,
            actor=quote.maker_id,
            amount=quote.target_amount,
            subject=posting.reference,
        )
    return posting


def _require_current(quote: Quote, payable: Payable) -> None:
    """Since it was shown its time may have run out, one of the two been frozen, or a request answered otherwise."""
    now = require_may_move(quote.maker_id, payers=[quote.maker_id], payees=[quote.target.owner_id])
    if quote.expires_at < now:
        raise QuoteExpired
    payable.require_open(now=now)

"""Confirming a quote, which moves the money."""

from __future__ import annotations

import datetime as dt

from accounts.models import User
from accounts.people.standing import require_may_move
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
from payments.proofs import Proof, prove

from .errors import QuoteExpired
from .models import Quote
from .payable import Payable, payable_of


def send_money(*, payer: User, quote: Quote, pin: str | None) -> Transfer:
    """As `confirm`, but returns the transfer."""
    return Transfer.objects.get(pk=confirm(payer=payer, quote=quote, pin=pin).transfer_id)


def confirm(*, payer: User, quote: Quote, pin: str | None) -> Posting:
    """Books the quote exactly as it stands. A second call moves nothing and returns the first result as repeated.

    Raises what `decide_transfer` raises, and InsufficientFunds.
    """
    posting = decide_transfer(payer=payer, quote=quote, pin=pin)
    if declined := why_declined(posting):
        raise declined
    return posting


def decide_transfer(*, payer: User, quote: Quote, pin: str | None, with_it: WithIt[Posting] | None = None) -> Posting:
    """As `confirm`, but a decline is returned and not raised, so that `with_it` is stored in the same transaction.

    `pin` None: the caller has authenticated the payer otherwise. Raises PinMissing, PinWrong, PinLocked, OverPinLimit,
    QuoteExpired, AccountFrozen, what the quote's Payable raises (such as RequestIsClosed), KeyReused, Busy, InDoubt,
    ServiceDown.
    """
    assert quote.maker_id == payer.pk
    proof = prove(payer, quote.source_amount, pin)  # before the transaction: a wrong try stays counted
    made_at = timestamp()  # before the transaction, which may run more than once
    settle(quote.source)  # a merchant can spend only what is settled

    wallets = lock_set(quote.source, quote.target)
    return in_one_transaction(lambda: _book(quote, proof, made_at), wallets=wallets, with_it=with_it)


def why_declined(posting: Posting) -> InsufficientFunds | None:
    """Returns why the transfer was declined, as an error for the payer; None if it is booked."""
    return InsufficientFunds() if posting.outcome == Outcome.INSUFFICIENT_FUNDS else None


def _book(quote: Quote, proof: Proof, made_at: dt.datetime | None) -> Posting:
    """Decides and books the quote. Runs inside the money transaction, once for each try.

    The quote itself was read before the transaction, because a quote never changes once it was shown. What it pays for
    is read and locked here.
    """
    payable = payable_of(quote)
    payable.lock()  # before the wallets' rows, in the order that all money transactions keep
    try:
        _require_current(quote, payable)
    except Refused:
        # A known key gets its first result again, also if the quote has expired or a person was frozen since.
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
    if posting.is_new:  # a repeated key was settled and notified the first time
        proof.spend()
        payable.mark_paid(posting)
        tell(
            quote.target.owner_id,
            payable.notice,
            actor=quote.maker_id,
            amount=quote.target_amount,
            subject=posting.reference,
        )
    return posting


def _require_current(quote: Quote, payable: Payable) -> None:
    """Checks what may have changed since the quote was shown.

    Payer and payee may still move money, the quote has not expired, and what it pays for is still open.

    Raises AccountFrozen, QuoteExpired, and what the Payable raises.
    """
    now = require_may_move(quote.maker_id, payers=[quote.maker_id], payees=[quote.target.owner_id])
    if quote.expires_at < now:
        raise QuoteExpired
    payable.require_open(now=now)

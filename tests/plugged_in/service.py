"""Making a pledge, and thanking for pledges."""

from __future__ import annotations

import os
from functools import partial
from uuid import UUID

from django.db import connection
from django.db.models.functions import Now

from accounts.models import User
from accounts.people.standing import require_may_move
from conversion.money import Money
from events.notices import tell
from ledger.errors import InsufficientFunds
from ledger.models import Transfer, Wallet
from ledger.posting import Instruction, Leg, Outcome, Posting, is_known, post
from ledger.timestamps import timestamp
from ledger.transactions import WithIt, in_one_transaction
from ledger.wallets import lock_set
from payments.owners import wallet_of

from .errors import PledgeTooSmall
from .kinds import PLEDGE, PLEDGED
from .models import Pledge

SMALLEST_MINOR = 100


def pledge(*, payer: User, payee: Wallet, amount: Money, key: UUID) -> Transfer:
    """As `decide_pledge`, but returns the transfer. Raises InsufficientFunds, too, where the ledger declines."""
    posting = decide_pledge(payer=payer, payee=payee, amount=amount, key=key)
    if posting.outcome == Outcome.INSUFFICIENT_FUNDS:
        raise InsufficientFunds
    return Transfer.objects.get(pk=posting.transfer_id)


def decide_pledge(
    *, payer: User, payee: Wallet, amount: Money, key: UUID, with_it: WithIt[Posting] | None = None
) -> Posting:
    """Moves `amount` within one currency, and writes the pledge and a notification in the same transaction.

    Returns the posting, also of a decline. Raises PledgeTooSmall, AccountFrozen.
    """
    if amount.minor < SMALLEST_MINOR:
        raise PledgeTooSmall
    source, made_at = wallet_of(payer), timestamp()
    may_move = partial(
        require_may_move,
        payer.pk,
        payers=[payer.pk],
        payees=[payee.owner_id],
        unless=partial(is_known, key, made_by=payer.pk),
    )
    instruction = Instruction(key=key, kind=PLEDGE, legs=(Leg(source.pk, payee.pk, amount),))

    def decide() -> Posting:
        may_move()
        posting = post(instruction, made_by=payer.pk, made_at=made_at)
        if posting.is_new:
            Pledge.objects.create(transfer_id=posting.transfer_id, payer=payer, amount_minor=amount.minor)
            tell(payee.owner_id, PLEDGED, actor=payer.pk, amount=amount, subject=posting.reference)
        return posting

    return in_one_transaction(decide, wallets=lock_set(source, payee), with_it=with_it)


def thank() -> int:
    """Marks all open pledges as thanked for; returns how many there were."""
    return Pledge.objects.filter(thanked_at=None).update(thanked_at=Now())


def count_slowly() -> int:
    """How many pledges there are. One statement, which takes as many seconds as COUNT_SLOWLY_S says."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM plugged_in_pledge, pg_sleep(%s)", [os.environ.get("COUNT_SLOWLY_S", "0")])
        return cursor.fetchone()[0]

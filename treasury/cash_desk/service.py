"""Booking the cash that a cashier takes from a member."""

from __future__ import annotations

from uuid import UUID

from accounts.models import User
from conversion.money import Money
from events.notices import tell
from ledger.models import Transfer
from ledger.posting import Posting
from ledger.timestamps import timestamp
from ledger.wallets import create_wallet
from payments.models import TopUp
from payments.top_ups.service import booked, post_top_up, record, wallet_to_fill

from .kinds import CASH_TOP_UP, DRAWER, TOPPED_UP


def take_cash(*, cashier: User, member: User, amount: Money, key: UUID) -> Transfer:
    """Credits the member's wallet with cash that the cashier has put into the drawer. Returns the transfer.

    `amount` is in the currency of the member's wallet. The same `key` books once for this cashier.
    Raises NotPositive, AccountFrozen, RoleMissing, OwnAccount, KeyReused, Busy, ServiceDown.
    """
    wallet = wallet_to_fill(member, amount, CASH_TOP_UP, maker=cashier, key=key)
    made_at = timestamp()  # before the transaction, which asks no other service

    def decide() -> Posting:
        # A cashier's drawer in a currency is created with the first cash in this currency.
        drawer = create_wallet(owner=cashier.pk, currency=wallet.currency_code, purpose=DRAWER)
        posting = post_top_up(cashier, drawer, wallet, amount, CASH_TOP_UP, key, made_at)
        if posting.is_new:  # a key that is already known must not write a second top-up or a second notification
            record(posting, wallet, amount, TopUp.Method.CASH)
            tell(
                member.pk,
                TOPPED_UP,
                actor=cashier.pk,
                amount=amount,
                subject=posting.reference,
            )
        return posting

    return booked(decide, wallet)

"""Opening a member's or merchant's wallet, and crediting the opening grant."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from uuid import UUID, uuid5

from django.conf import settings

from accounts.models import User
from conversion.money import Money, currency
from ledger.exchange import converted
from ledger.kinds import MEMBER, MERCHANT
from ledger.models import Wallet
from ledger.posting import Instruction, Leg, post
from ledger.timestamps import timestamp
from ledger.transactions import in_one_transaction
from ledger.wallets import create_wallet, system_wallet

from .kinds import GRANT, GRANTS

KEYS_OF_GRANTS = UUID("6f4b1f0e-6c1b-4f5e-9d8e-0b6d1b7c9a55")  # the namespace of the keys of opening grants


@dataclass(frozen=True, slots=True)
class Grant:
    """An opening grant in the new member's currency, and its timestamp.

    `amount` None: no grant. `made_at` None: no grant, or no timestamp is available (TIMESTAMP_REQUIRED is off).
    """

    amount: Money | None
    made_at: dt.datetime | None


NO_GRANT = Grant(None, None)


def prepare_grant(currency_code: str) -> Grant:
    """Asks the conversion and timestamp services for what opening a wallet needs, before anything is written.

    Raises ServiceDown if one of them does not answer: then no account is created and nothing is credited.
    """
    baseline = _baseline()
    if baseline is None:
        return NO_GRANT
    return Grant(converted(baseline, to=currency(currency_code)).target, timestamp())


def open_wallet(*, owner: User, currency: str, grant: Grant, for_merchant: bool = False) -> Wallet:
    """Opens the owner's wallet and credits the grant, in one transaction. Returns the wallet.

    A second call changes nothing. The wallet exists then, and the grant's key is computed from the owner's id, so that
    it books once.
    """
    purpose = MERCHANT if for_merchant else MEMBER

    def decide() -> int:
        wallet = create_wallet(owner=owner.pk, currency=currency, purpose=purpose)
        if grant.amount:
            source = system_wallet(GRANTS, currency)
            post(
                Instruction(
                    key=uuid5(KEYS_OF_GRANTS, str(owner.pk)),
                    kind=GRANT,
                    legs=(Leg(source, wallet, grant.amount),),
                ),
                made_by=owner.pk,
                made_at=grant.made_at,
            )
        return wallet

    return Wallet.objects.get(pk=in_one_transaction(decide))


def _baseline() -> Money | None:
    if settings.OPENING_GRANT == "0":
        return None
    return Money.of(*settings.OPENING_GRANT.split())

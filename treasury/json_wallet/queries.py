"""A wallet as the JSON wallet shows it, and finding the wallet that a call names."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from accounts.models import User
from accounts.people.roles import BANKS
from conversion.errors import NotFound
from ledger.kinds import PERSONAL
from ledger.models import Transfer, Wallet
from ledger.wallets import balance_of
from payments.history.queries import Activity, BadCursor, activity
from payments.owners import wallet_of
from payments.transfers.kinds import PAYMENT
from treasury.banks.models import Clearing
from treasury.deposits.kinds import DEPOSIT

from .errors import FieldWrong, NoWallet
from .numbers import amount_out

A_PAGE = 100
OPERTYPES: dict[str, str] = {DEPOSIT: "external_in", PAYMENT: "w2w_onestep"}


def own_wallet(user: User) -> Wallet:
    """The user's wallet; a bank's clearing wallet in its first currency. Raises NoWallet."""
    if user.role in BANKS:
        clearings = Clearing.objects.select_related("wallet").filter(bank__user=user)
        if (found := clearings.filter(wallet__currency_code=user.currency).first()) is None:
            raise NoWallet
        return found.wallet
    try:
        return wallet_of(user)
    except NotFound as error:
        raise NoWallet from error


def wallet_named(id: int | UUID | None) -> Wallet | None:
    """A member's or merchant's wallet by its number or reference."""
    if id is None:
        return None
    found = Wallet.objects.select_related("owner").filter(purpose__in=PERSONAL)
    return (found.filter(reference=id) if isinstance(id, UUID) else found.filter(pk=id)).first()


def document_of(user: User, *, cursor: str | None) -> dict[str, Any]:
    """The wallet with its newest operations; with `cursor`, those before it. Raises NoWallet, FieldWrong."""
    wallet = own_wallet(user)
    try:
        lines = activity(wallet, before=cursor, limit=A_PAGE + 1)
    except BadCursor as error:
        raise FieldWrong("cursor", "cursor wrong") from error
    shown = lines[:A_PAGE]
    return {
        "wallet_id": wallet.pk,
        "user_id": user.pk,
        "balance": amount_out(balance_of(wallet)),
        "operations": _operations(wallet, shown),
        "next": shown[-1].cursor if len(lines) > A_PAGE else None,
    }


def _operations(wallet: Wallet, lines: list[Activity]) -> list[dict[str, Any]]:
    transfers = Transfer.objects.select_related("source", "target").in_bulk([line.transfer_id for line in lines])
    return [_operation(wallet, line, transfers[line.transfer_id]) for line in lines]


def _operation(wallet: Wallet, line: Activity, transfer: Transfer) -> dict[str, Any]:
    other = transfer.target if transfer.source_id == wallet.pk else transfer.source
    return {
        "operation_id": line.transfer_id,
        "wallet_id": wallet.pk,
        "amount": amount_out(abs(line.amount)),
        "details": line.note,
        "timestamp": line.made_at.isoformat().replace("+00:00", "Z"),
        "debet": line.amount.minor < 0,
        "opertype": OPERTYPES.get(line.kind, line.kind),
        "contragent_id": other.pk if other.purpose in PERSONAL else 0,
    }

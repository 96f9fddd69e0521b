"""Adding a bank, opening a currency for it, and giving its program an access token.

All of it is the administrator's: who can deposit can make money, up to the daily cap.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from accounts.models import ApiToken, User
from accounts.people.roles import ADMINISTRATORS
from accounts.people.standing import require_may_move
from accounts.tokens import service as api_tokens
from conversion.money import Money
from ledger.wallets import create_wallet
from payments.registration.service import register_bank
from treasury.scopes import DEPOSITS

from .kinds import BANK_CLEARING
from .models import Bank, Clearing

TOKEN_LIVES = dt.timedelta(days=365)


def create_bank(
    *,
    username: str,
    name: str,
    email: str,
    password: str,
    daily_cap: Money,
    holder: str = "",
    iban: str = "",
    bic: str = "",
    needs_reference: bool = True,
) -> Bank:
    """Registers a bank with its first currency, that of `daily_cap`. Raises NameTaken."""
    with transaction.atomic():
        user = register_bank(username=username, name=name, email=email, password=password, currency=daily_cap.code)
        bank = Bank.objects.create(user=user, holder=holder, iban=iban, bic=bic, needs_reference=needs_reference)
        open_currency(bank=bank, daily_cap=daily_cap)
    return bank


def open_currency(*, bank: Bank, daily_cap: Money) -> Clearing:
    """The bank's clearing in the currency of `daily_cap`. A new one gets a wallet; one that exists gets the new cap."""
    wallet = create_wallet(owner=bank.user_id, currency=daily_cap.code, purpose=BANK_CLEARING)
    clearing, _is_new = Clearing.objects.update_or_create(
        wallet_id=wallet, defaults={"daily_cap_minor": daily_cap.minor}, create_defaults=_first(bank, daily_cap)
    )
    return clearing


def issue_token(*, by: User, bank: Bank, name: str) -> tuple[ApiToken, str]:
    """A token for the bank's program, with its secret in clear text, which is shown once.

    It may deposit, and nothing else. Earlier tokens stay valid, so that the bank can change over, until they are
    revoked. Raises AccountFrozen, RoleMissing.
    """
    require_may_move(by.pk, roles=ADMINISTRATORS, payees=[bank.user_id])
    return api_tokens.issue(user=bank.user, name=name, scopes=[DEPOSITS.code], lives=TOKEN_LIVES)


def revoke_tokens(*, by: User, bank: Bank) -> int:
    """Revokes all tokens of the bank at once, and returns how many. Raises AccountFrozen, RoleMissing."""
    require_may_move(by.pk, roles=ADMINISTRATORS)
    return api_tokens.revoke_all(bank.user)


def _first(bank: Bank, daily_cap: Money) -> dict[str, object]:
    return {"bank": bank, "daily_cap_minor": daily_cap.minor}

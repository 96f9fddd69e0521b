"""Adding a bank, opening a currency for it, and giving its program an access token.

All of it is the administrator's: who can deposit can make money, up to the daily cap. So what gives a bank more power
takes a second person, and until then the bank deposits nothing (`confirm_bank`).
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import ApiToken, User
from accounts.people.roles import ADMINISTRATORS, TREASURY
from accounts.people.standing import require_may_move, require_two
from accounts.tokens import service as api_tokens
from conversion.money import Money
from events.notices import tell
from ledger.wallets import create_wallet
from payments.registration.service import register_bank
from treasury.scopes import DEPOSITS, SETTLEMENTS

from .errors import AnotherMustConfirm, BankChanged
from .kinds import BANK_CHANGED, BANK_CLEARING
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
    by: User | None = None,
) -> Bank:
    """Registers a bank with its first currency, that of `daily_cap`. `by` None: at the terminal. Raises NameTaken."""
    with transaction.atomic():
        user = register_bank(username=username, name=name, email=email, password=password, currency=daily_cap.code)
        bank = Bank.objects.create(user=user, holder=holder, iban=iban, bic=bic, needs_reference=needs_reference)
        open_currency(bank=bank, daily_cap=daily_cap, by=by)
    return bank


def open_currency(*, bank: Bank, daily_cap: Money, by: User | None = None) -> Clearing:
    """The bank's clearing in the currency of `daily_cap`. A new one gets a wallet; one that exists gets the new cap.

    `by` is as in `create_bank`. A lower cap needs no confirmation.
    """
    with transaction.atomic():
        wallet = create_wallet(owner=bank.user_id, currency=daily_cap.code, purpose=BANK_CLEARING)
        before = Clearing.objects.filter(wallet_id=wallet).values_list("daily_cap_minor", flat=True).first()
        clearing, _is_new = Clearing.objects.update_or_create(
            wallet_id=wallet, defaults={"daily_cap_minor": daily_cap.minor}, create_defaults=_first(bank, daily_cap)
        )
        if by is not None and (before is None or daily_cap.minor > before):
            _ask_for_confirmation(bank, by)
    return clearing


def confirm_bank(*, by: User, bank: Bank, seen_at: str) -> None:
    """Another person than who changed the bank agrees to it, so that it may deposit. A second call changes nothing.

    `seen_at` is the moment of the change that the person looked at, as text in ISO 8601. Raises BankChanged,
    AnotherMustConfirm, RoleTooNew, AccountFrozen, RoleMissing.
    """
    with transaction.atomic():
        found = Bank.objects.select_for_update(no_key=True).get(pk=bank.pk)
        require_may_move(by.pk, roles=TREASURY)
        if found.changed_at is None or found.changed_by_id is None or found.confirmed_by_id == by.pk:
            return
        if found.changed_at.isoformat() != seen_at:
            raise BankChanged
        if found.changed_by_id == by.pk:
            raise AnotherMustConfirm
        require_two(found.changed_by_id, by.pk)
        Bank.objects.filter(pk=found.pk, confirmed_by__isnull=True).update(confirmed_by=by)


def issue_token(*, by: User, bank: Bank, name: str) -> tuple[ApiToken, str]:
    """A token for the bank's program, with its secret in clear text, which is shown once. It must be confirmed.

    It may deposit, and say what was paid out, and nothing else. Earlier tokens stay valid, so that the bank can change
    over, until they are revoked. Raises AccountFrozen, RoleMissing.
    """
    require_may_move(by.pk, roles=ADMINISTRATORS, payees=[bank.user_id])
    with transaction.atomic():
        _ask_for_confirmation(bank, by)
        scopes = [DEPOSITS.code, SETTLEMENTS.code]
        return api_tokens.issue(user=bank.user, name=name, scopes=scopes, lives=TOKEN_LIVES)


def revoke_tokens(*, by: User, bank: Bank) -> int:
    """Revokes all tokens of the bank at once, and returns how many. Raises AccountFrozen, RoleMissing."""
    require_may_move(by.pk, roles=ADMINISTRATORS)
    return api_tokens.revoke_all(bank.user)


def _ask_for_confirmation(bank: Bank, by: User) -> None:
    """From now on the bank deposits nothing until another person has confirmed it. All who could are told."""
    Bank.objects.filter(pk=bank.pk).update(changed_by=by, changed_at=Now(), confirmed_by=None)
    for colleague in User.objects.filter(role__in=TREASURY, is_active=True).exclude(pk=by.pk):
        tell(colleague.pk, BANK_CHANGED, actor=by.pk, subject=bank.reference)


def _first(bank: Bank, daily_cap: Money) -> dict[str, object]:
    return {"bank": bank, "daily_cap_minor": daily_cap.minor}

"""What attacks need of banks: a deposit, a statement, withdrawals on their way, a rate. Through the services."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

from django.db.models.functions import Now

from accounts.models import User
from conversion.models import Rate
from conversion.money import Money, currency
from payments.owners import wallet_of
from treasury.banks.service import issue_token
from treasury.deposits.files import RawRow
from treasury.deposits.imports import prepare
from treasury.deposits.service import deposit
from treasury.imports import files
from treasury.imports.service import prepare as prepare_import
from treasury.models import Bank, Clearing, Deposit, Import, PayoutAccount, PayoutFile, Statement, Withdrawal
from treasury.payout_accounts.service import add_account
from treasury.withdrawals.filing import file_withdrawals
from treasury.withdrawals.service import approve, request_withdrawal

IBAN = "GB82WEST12345698765432"


def clearing_of(bank: User) -> Clearing:
    """The bank's clearing wallet in pounds."""
    return Clearing.objects.get(bank__user=bank, wallet__currency_code="GBP")


def deposit_to(member: User, *, bank: User) -> Deposit:
    found = Bank.objects.get(user=bank)
    wallet, one = wallet_of(member), Money.of("1", "GBP")
    return deposit(bank=found, wallet=wallet, amount=one, reference=f"attack {uuid4().hex}")


def statement_of(treasurer: User, *, bank: User, member: User) -> Statement:
    """A draft."""
    rows = [RawRow(1, "1", member.username, "1.00")]
    return prepare(by=treasurer, clearing=clearing_of(bank), title="attack", rows=rows, key=uuid4())


def import_of(treasurer: User) -> Import:
    """A draft with one person, whose name is another each time: a file is imported once."""
    name = f"attack{uuid4().hex[:12]}"
    unit = currency("GBP")
    kitty = files.read([("members.csv", f"username,name,balance\n{name},{name},1.00\n".encode())], unit)
    return prepare_import(by=treasurer, kitty=kitty, unit=unit, file_name="attack", key=uuid4())


def account_of(member: User, pin: str) -> PayoutAccount:
    """Each time another one, though a member has ten at most. It can be used at once, as in a demo."""
    PayoutAccount.objects.filter(user=member, removed_at=None).update(removed_at=Now())
    return add_account(user=member, holder=member.get_full_name(), iban=IBAN, pin=pin)


def withdrawal_of(member: User, pin: str) -> Withdrawal:
    """One that waits for approval."""
    account, one = account_of(member, pin), Money.of("1", member.currency)
    return request_withdrawal(member=member, account=account, amount=one, key=uuid4(), pin=pin)


def payout_file_for(member: User, pin: str, *, approver: User, maker: User) -> PayoutFile:
    """With one withdrawal of the member, which is at the bank now."""
    found = withdrawal_of(member, pin)
    approve(by=approver, withdrawal=found)
    found.refresh_from_db()
    return file_withdrawals(by=maker, clearing=found.clearing, withdrawals=[found], key=uuid4(), pin=pin)


def refused_rate() -> Rate:
    """A rate that waits for an administrator. A row alone, since no service stores one where the rates are built in."""
    return Rate.objects.create(
        currency_code="USD", units=127, pivot_units=1, source=Rate.Source.ECB, dated=Now(), is_refused=True
    )


@contextmanager
def alone_in_paying_out(bank: User) -> Iterator[None]:
    """Whoever asks for a withdrawal meanwhile is paid by this bank, not by one of the demo that holds more for us."""
    others = Bank.objects.exclude(user=bank).exclude(iban="")
    ibans = dict(others.values_list("pk", "iban"))
    others.update(iban="")
    try:
        yield
    finally:
        for number, iban in ibans.items():
            Bank.objects.filter(pk=number).update(iban=iban)


def unconfirmed(bank: Bank, *, by: User) -> Bank:
    """The bank, whose program was given a token that nobody has confirmed."""
    issue_token(by=by, bank=bank, name="x")
    return bank

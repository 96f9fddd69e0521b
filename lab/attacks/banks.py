"""Banks, deposits and statements that attacks need."""

from __future__ import annotations

from uuid import uuid4

from accounts.models import User
from conversion.money import Money
from payments.owners import wallet_of
from treasury.banks.service import create_bank, issue_token
from treasury.deposits.files import RawRow
from treasury.deposits.imports import prepare
from treasury.deposits.service import deposit
from treasury.models import Bank, Deposit, Statement


def bank_of(administrator: User) -> Bank:
    """A new bank for pounds, whose program has an access token."""
    name = f"bank{uuid4().hex[:12]}"
    bank = create_bank(
        username=name,
        name="Tide Bank",
        email=f"{name}@example.org",
        password=str(uuid4()),
        daily_cap=Money.of("1000", "GBP"),
    )
    issue_token(by=administrator, bank=bank, name="x")
    return bank


def deposit_to(member: User, administrator: User) -> Deposit:
    return deposit(bank=bank_of(administrator), wallet=wallet_of(member), amount=Money.of("1.00", "GBP"), reference="1")


def statement_of(treasurer: User, administrator: User) -> Statement:
    """A draft of the treasurer's, with one row."""
    clearing = bank_of(administrator).clearings.get()
    rows = [RawRow(1, "1", "alice", "1.00")]
    return prepare(by=treasurer, clearing=clearing, title="May", rows=rows, key=uuid4())

"""A bank for tests, and its deposits."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from accounts.models import User
from conversion.money import Money
from payments.owners import wallet_of
from tests.cast import PASSWORD
from treasury.banks.service import create_bank
from treasury.deposits import service
from treasury.models import Bank, Deposit

IBAN = "DE89370400440532013000"


def a_bank(username: str = "tidebank", *, cap: Money | None = None, **more: Any) -> Bank:
    """A bank that takes pounds, up to a million a day."""
    return create_bank(
        username=username,
        name="Tide Bank",
        email=f"{username}@example.org",
        password=PASSWORD,
        daily_cap=cap or Money.of("1000000", "GBP"),
        **{"holder": "The Club", "iban": IBAN} | more,
    )


def deposited(bank: Bank, member: User, amount: str, *, reference: str = "", **more: Any) -> Deposit:
    """Deposits `amount` in the member's currency, under a new reference by default."""
    return service.deposit(
        bank=bank,
        wallet=wallet_of(member),
        amount=Money.of(amount, member.currency),
        reference=reference or f"T{uuid4().hex[:12]}",
        **more,
    )

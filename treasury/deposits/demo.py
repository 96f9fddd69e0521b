"""What the bank of the demo does: it deposits what members paid in, and recalls one deposit."""

from __future__ import annotations

from accounts.models import User
from conversion.money import Money
from payments.acting import Stage
from payments.owners import wallet_of
from treasury.banks.models import Bank
from treasury.banks.service import create_bank, open_currency

from . import service
from .payees import reference_of

PASSWORD = "demo"  # noqa: S105 - public on purpose, as all passwords of the demo
CAPS = (("GBP", "10000"), ("EUR", "10000"))
PAID_IN = (("alice", "120", "2026/0001"), ("carla", "75", "2026/0002"), ("jonas", "40", "2026/0003"))


def _open_the_bank() -> Bank:
    """Adds the bank. It needs no reference, so that the shortest call of the JSON wallet works."""
    if known := Bank.objects.filter(user__username="bank").first():
        return known
    first, *others = (Money.of(cap, code) for code, cap in CAPS)
    bank = create_bank(
        username="bank",
        name="Tide Bank",
        email="bank@example.org",
        password=PASSWORD,
        daily_cap=first,
        holder="Purse Demo",
        iban="DE89370400440532013000",
        bic="COBADEFFXXX",
        needs_reference=False,
    )
    for cap in others:
        open_currency(bank=bank, daily_cap=cap)
    return bank


def _pay_in(stage: Stage) -> None:
    bank = _open_the_bank()
    for username, amount, reference in PAID_IN:
        _deposit(bank, stage.people[username], amount, reference)
    twice = _deposit(bank, stage.people["bob"], "15", "2026/0004")
    service.return_deposit(deposit=twice, reason="Sent twice", key=stage.key())


def _deposit(bank: Bank, member: User, amount: str, reference: str) -> service.Deposit:
    wallet = wallet_of(member)
    paid = Money.of(amount, member.currency)
    return service.deposit(
        bank=bank, wallet=wallet, amount=paid, reference=reference, details=f"Top-up {reference_of(wallet)}"
    )


LAST = [_pay_in]

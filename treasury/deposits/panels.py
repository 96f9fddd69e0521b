"""How to pay in by bank transfer, on a member's page to top up."""

from __future__ import annotations

from typing import Any

from django.utils.safestring import mark_safe

from accounts.models import User
from ledger.models import Wallet
from payments.panels import HomePanel
from treasury.banks.models import Bank
from treasury.banks.queries import banks_with_iban

from .epc import svg_of
from .payees import reference_of


def _by_bank_transfer(user: User, wallet: Wallet) -> dict[str, Any] | None:
    found = banks_with_iban(wallet.currency)
    if not found:
        return None
    reference = reference_of(wallet)
    return {"reference": _in_fours(reference), "accounts": [_account(bank, wallet, reference) for bank in found]}


def _account(bank: Bank, wallet: Wallet, reference: str) -> dict[str, Any]:
    # A SEPA transfer is in euros, so only then a banking app can read the code.
    code = svg_of(holder=bank.holder, iban=bank.iban, bic=bank.bic, reference=reference)
    qr = mark_safe(code) if wallet.currency_code == "EUR" else ""  # noqa: S308 - segno drew it from an encoded text
    return {"bank": bank, "iban": _in_fours(bank.iban), "qr": qr}


def _in_fours(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


TOP_UP_PANELS = [HomePanel("payments/_bank_transfer.html", _by_bank_transfer)]

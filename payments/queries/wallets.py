"""Whose wallet is whose."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import Http404

from conversion.money import Money
from payments import ledger
from payments.exceptions import NoSuchRecipient
from payments.models import AuditRun, Transfer, Wallet

PERSONAL = (Wallet.Purpose.MEMBER, Wallet.Purpose.MERCHANT)  # a person has one of either


def wallet_of(user: Any) -> Wallet:
    """The member's or merchant's own wallet. Raises Http404 while it is still being opened."""
    wallet = Wallet.objects.select_related("owner").filter(owner=user, purpose__in=PERSONAL).first()
    if wallet is None:
        raise Http404("no wallet")
    return wallet


def arriving(wallet: Wallet) -> Money:
    """What an append-only wallet has received that is not yet settled; nothing for a running one."""
    return Money(0, wallet.currency) if wallet.running else ledger.balance_of(wallet) - wallet.settled


def wallet_by_handle(handle: str) -> Wallet:
    """Whose username this is, whatever the case, or whose e-mail address. Raises NoSuchRecipient."""
    handle = handle.strip().removeprefix("@")
    person = Q(owner__email__iexact=handle) if "@" in handle else Q(owner__username__iexact=handle)
    wallet = Wallet.objects.select_related("owner").filter(person, purpose__in=PERSONAL, owner__is_active=True).first()
    if wallet is None:
        raise NoSuchRecipient
    return wallet


def recent_contacts(user: Any, limit: int = 8) -> list[str]:
    """Usernames the member sent money to, the latest first."""
    sent = (
        Transfer.objects.filter(made_by=user, kind=Transfer.Kind.PAYMENT)
        .order_by("-id")
        .values_list("target__owner__username", flat=True)[:50]
    )
    return list(dict.fromkeys(sent))[:limit]


def name_of(wallet: Wallet) -> str:
    """Who the other side is: a member's own name, or what the house calls the wallet."""
    if wallet.purpose in PERSONAL and wallet.owner is not None:
        return wallet.owner.get_full_name()
    return str(wallet.get_purpose_display())


def books() -> AuditRun | None:
    """The newest look at the books, for the badge."""
    return AuditRun.objects.order_by("-at").first()

"""What people see. Every question starts from a person, so nobody meets what is not theirs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from conversion.money import Money

from .exceptions import NoSuchRecipient
from .models import AuditRun, Entry, Notification, PaymentRequest, Quote, Transfer, Wallet

PAGE = 20


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of a member's history. `amount` is signed; `seq` is where the next page goes on."""

    seq: int
    counterpart_name: str
    initials: str
    description: str | Promise
    note: str
    when: dt.datetime
    amount: Money
    balance_after: Money
    url: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """A balance over time as an SVG path in a box of `width` by `height`."""

    path: str
    area: str
    width: int
    height: int


def wallet_of(user: Any) -> Wallet:
    """The member's own wallet. Raises Http404 while it is still being opened."""
    wallet = Wallet.objects.select_related("owner").filter(owner=user, purpose=Wallet.Purpose.MEMBER).first()
    if wallet is None:
        raise Http404("no wallet")
    return wallet


def wallet_by_handle(handle: str) -> Wallet:
    """Whose username this is, whatever the case, or whose e-mail address. Raises NoSuchRecipient."""
    handle = handle.strip().removeprefix("@")
    person = Q(owner__email__iexact=handle) if "@" in handle else Q(owner__username__iexact=handle)
    wallet = (
        Wallet.objects.select_related("owner")
        .filter(person, purpose=Wallet.Purpose.MEMBER, owner__is_active=True)
        .first()
    )
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


def transfers_of(user: Any) -> QuerySet[Transfer]:
    """Those the person paid, received or made."""
    return Transfer.objects.filter(Q(source__owner=user) | Q(target__owner=user) | Q(made_by=user)).select_related(
        "source__owner", "target__owner", "made_by", "reverses"
    )


def transfer_for(user: Any, reference: UUID) -> Transfer:
    """Raises Http404 for what is not theirs. A declined attempt is its maker's alone."""
    transfer = transfers_of(user).filter(reference=reference).first()
    if transfer is None or not (transfer.is_booked or transfer.made_by_id == user.pk):
        raise Http404
    return transfer


def quote_for(user: Any, reference: UUID) -> Quote:
    """Raises Http404."""
    quote = (
        Quote.objects.select_related("source__owner", "target__owner", "maker", "payment_request__wallet")
        .filter(maker=user, reference=reference)
        .first()
    )
    if quote is None:
        raise Http404
    return quote


def request_for(user: Any, reference: UUID) -> PaymentRequest:
    """One the person made or received. Raises Http404."""
    found = _requests().filter(Q(payer=user) | Q(requester=user), reference=reference).first()
    if found is None:
        raise Http404
    return found


def requests_to(user: Any) -> QuerySet[PaymentRequest]:
    return _requests().filter(payer=user).order_by("-id")


def requests_by(user: Any) -> QuerySet[PaymentRequest]:
    return _requests().filter(requester=user).order_by("-id")


def open_requests_to(user: Any) -> QuerySet[PaymentRequest]:
    return requests_to(user).filter(status=PaymentRequest.Status.OPEN)


def _requests() -> QuerySet[PaymentRequest]:
    return PaymentRequest.objects.select_related("payer", "requester", "wallet", "transfer")


def activity(wallet: Wallet, *, before: int | None = None, limit: int = PAGE) -> list[Activity]:
    """The wallet's history, newest first, from `before` (a seq) on."""
    entries = Entry.objects.filter(wallet=wallet, seq__isnull=False).select_related(
        "transfer__source__owner", "transfer__target__owner", "transfer__made_by"
    )
    if before is not None:
        entries = entries.filter(seq__lt=before)
    page = list(entries.order_by("-seq")[:limit])
    undone = _undone(entry.transfer_id for entry in page)
    return [_line(wallet, entry, undone) for entry in page]


def wallet_and_activity(user: Any, *, before: int | None = None, limit: int = PAGE) -> tuple[Wallet, list[Activity]]:
    """Both as of one moment, so that the balance is that of its newest line."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        wallet = wallet_of(user)
        return wallet, activity(wallet, before=before, limit=limit)


def _undone(transfers: Iterable[int]) -> set[int]:
    return set(
        Transfer.objects.filter(reverses__in=list(transfers), outcome=Transfer.Outcome.BOOKED).values_list(
            "reverses_id", flat=True
        )
    )


def is_undone(transfer: Transfer) -> bool:
    return bool(_undone([transfer.pk]))


def _line(wallet: Wallet, entry: Entry, undone: set[int]) -> Activity:
    assert entry.seq is not None and entry.balance_after_minor is not None, "only a running wallet has a history"
    transfer = entry.transfer
    other = transfer.target if transfer.source_id == wallet.pk else transfer.source
    name = name_of(other)
    return Activity(
        seq=entry.seq,
        counterpart_name=name,
        initials=_initials(name),
        description=transfer.note or transfer.get_kind_display(),
        note=transfer.note,
        when=transfer.made_at,
        amount=Money(entry.amount_minor, wallet.currency),
        balance_after=Money(entry.balance_after_minor, wallet.currency),
        url=reverse("payments:receipt", args=[transfer.reference]),
        is_undone=transfer.pk in undone,
    )


def name_of(wallet: Wallet) -> str:
    """Who the other side is: a member's own name, or what the house calls the wallet."""
    if wallet.purpose == Wallet.Purpose.MEMBER and wallet.owner is not None:
        return wallet.owner.get_full_name()
    return str(wallet.get_purpose_display())


def _initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


def notifications_of(user: Any, limit: int = 50) -> QuerySet[Notification]:
    return (
        Notification.objects.filter(user=user)
        .select_related("actor", "transfer", "payment_request")
        .order_by("-id")[:limit]
    )


def unread_notifications(user: Any) -> int:
    return Notification.objects.filter(user=user, read_at=None).count()


def books() -> AuditRun | None:
    """The newest look at the books, for the badge."""
    return AuditRun.objects.order_by("-at").first()


def balance_curve(wallet: Wallet, *, days: int = 30, width: int = 320, height: int = 96) -> Curve | None:
    """The balance over the last `days` as its entries left it; None where there is too little to draw."""
    since = timezone.now() - dt.timedelta(days=days)
    newest = (
        Entry.objects.filter(wallet=wallet, seq__isnull=False)
        .order_by("-seq")
        .values_list("transfer__made_at", "balance_after_minor")[:300]
    )
    points = sorted((at, minor) for at, minor in newest if at >= since and minor is not None)
    if len(points) < 2:
        return None
    points.append((timezone.now(), points[-1][1]))
    first, last = points[0][0], points[-1][0]
    low, high = min(minor for _, minor in points), max(minor for _, minor in points)
    span_s, span = max((last - first).total_seconds(), 1.0), max(high - low, 1)
    dots = [
        (
            round((at - first).total_seconds() / span_s * width, 1),
            round(height - 4 - (minor - low) / span * (height - 8), 1),
        )
        for at, minor in points
    ]
    steps = [f"M{dots[0][0]},{dots[0][1]}"] + [f"H{x}V{y}" for x, y in dots[1:]]
    path = "".join(steps)
    return Curve(path, f"{path}V{height}H0Z", width, height)

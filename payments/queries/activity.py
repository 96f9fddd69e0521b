"""A wallet's history, and its balance as a curve."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise

from conversion.money import Money
from payments.models import Entry, Transfer, Wallet

from .transfers import undone
from .wallets import name_of, wallet_of

PAGE = 20


class BadCursor(ValueError):
    """Not one that this wallet's history gave out."""


@dataclass(frozen=True, slots=True)
class Activity:
    """One line of a wallet's history. `amount` is signed; `cursor` is where the next page goes on.

    Only a running wallet knows its `balance_after` each line.
    """

    cursor: str
    transfer: Transfer
    counterpart_name: str
    initials: str
    description: str | Promise
    note: str
    when: dt.datetime
    amount: Money
    balance_after: Money | None
    url: str
    is_undone: bool


@dataclass(frozen=True, slots=True)
class Curve:
    """A balance over time as an SVG path in a box of `width` by `height`."""

    path: str
    area: str
    width: int
    height: int


def activity(wallet: Wallet, *, before: str | None = None, limit: int = PAGE) -> list[Activity]:
    """The wallet's history as people read it, in the order of `entries_of`. Raises BadCursor."""
    page = entries_of(wallet, before=before, limit=limit)
    were_undone = undone(entry.transfer_id for entry in page)
    return [_line(wallet, entry, entry.transfer_id in were_undone) for entry in page]


def entries_of(wallet: Wallet, *, before: str | None = None, limit: int = PAGE) -> list[Entry]:
    """The wallet's entries, newest first, from `before` (the cursor of an entry) on. Raises BadCursor."""
    entries = Entry.objects.filter(wallet=wallet).select_related(
        "transfer__source__owner", "transfer__target__owner", "transfer__made_by"
    )
    return _by_seq(entries, before, limit) if wallet.running else _by_xid(entries, before, limit)


def wallet_and_activity(user: Any, *, before: str | None = None, limit: int = PAGE) -> tuple[Wallet, list[Activity]]:
    """Both as of one moment, so that the balance is that of its newest line."""
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        wallet = wallet_of(user)
        return wallet, activity(wallet, before=before, limit=limit)


def cursor_of(entry: Entry) -> str:
    """Where the next page goes on: a running wallet's seq; else the database's transaction and the transfer."""
    return str(entry.seq) if entry.balance_after_minor is not None else f"{entry.xid}.{entry.transfer_id}"


def _by_seq(entries: QuerySet[Entry], before: str | None, limit: int) -> list[Entry]:
    if before is not None:
        (seq,) = _numbers(before, 1)
        entries = entries.filter(seq__lt=seq)
    return list(entries.filter(seq__isnull=False).order_by("-seq")[:limit])


def _by_xid(entries: QuerySet[Entry], before: str | None, limit: int) -> list[Entry]:
    """An append-only wallet's tail has no seq, and what it spent has: both are read along their own index."""
    if before is not None:
        xid, transfer = _numbers(before, 2)
        entries = entries.filter(Q(xid__lt=str(xid)) | Q(xid=str(xid), transfer_id__lt=transfer))
        entries = entries.filter(xid__lte=str(xid))  # what the index understands
    came = entries.filter(seq__isnull=True).order_by("-xid", "-transfer_id")[:limit]
    went = entries.filter(seq__isnull=False).order_by("-seq")[:limit]
    newest_first = sorted([*came, *went], key=lambda entry: (int(entry.xid), entry.transfer_id), reverse=True)
    return newest_first[:limit]


def _numbers(cursor: str, count: int) -> list[int]:
    parts = cursor.split(".")
    if len(parts) != count or not all(part.isascii() and part.isdigit() and len(part) < 19 for part in parts):
        raise BadCursor(cursor)
    return [int(part) for part in parts]


def _line(wallet: Wallet, entry: Entry, is_undone: bool) -> Activity:
    transfer = entry.transfer
    other = transfer.target if transfer.source_id == wallet.pk else transfer.source
    name = name_of(other)
    after = entry.balance_after_minor
    return Activity(
        cursor=cursor_of(entry),
        transfer=transfer,
        counterpart_name=name,
        initials=_initials(name),
        description=transfer.note or transfer.get_kind_display(),
        note=transfer.note,
        when=transfer.made_at,
        amount=Money(entry.amount_minor, wallet.currency),
        balance_after=None if after is None else Money(after, wallet.currency),
        url=reverse("payments:receipt", args=[transfer.reference]),
        is_undone=is_undone,
    )


def _initials(name: str) -> str:
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


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

"""Who owes what, since when, and what was bought in a month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, Func, Q

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import Money, currency
from ledger.kinds import MEMBER
from ledger.models import Wallet
from payments.history.statements import Month
from web.paging import LONGEST_ID


def owing(*, days: int) -> Iterator[Wallet]:
    """The members' wallets that have been below zero for so many days or longer."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT w.id FROM ledger_wallet w
                WHERE w.purpose = 'member' AND w.balance < 0
                  AND shop_owes_since(w.id) <= now() - make_interval(days => %s) ORDER BY w.id""",
            [days],
        )
        ids = [row[0] for row in cursor.fetchall()]
    yield from Wallet.objects.filter(pk__in=ids).order_by("pk")


@dataclass(frozen=True, slots=True)
class BoughtProduct:
    title: str
    quantity: int
    total: Money


def bought_in(wallet: Wallet, month: Month) -> list[BoughtProduct]:
    """What the wallet paid for in the month and was not given back, by product, the largest sums first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT l.title, sum(l.quantity - l.refunded_quantity)::int,
                      sum((l.quantity - l.refunded_quantity) * l.unit_minor)::bigint AS total, s.currency
                 FROM shop_order o JOIN shop_line l ON l.order_id = o.id
                 JOIN ledger_wallet s ON s.id = o.seller_wallet_id
                WHERE o.buyer_id = %s AND o.buyer_wallet_id = %s AND o.made_at >= %s AND o.made_at < %s
                  AND o.status <> 'undone' AND l.quantity > l.refunded_quantity
                GROUP BY l.title, s.currency ORDER BY total DESC, l.title""",
            [wallet.owner_id, wallet.pk, month.begins, month.ends],
        )
        return [
            BoughtProduct(title, quantity, Money(minor, currency(code)))
            for title, quantity, minor, code in cursor.fetchall()
        ]


DEBTS_A_PAGE = 25


@dataclass(frozen=True, slots=True)
class Debt:
    """What one member owes: `owes` is above zero, and `limit` is how much they may owe, as it was set last."""

    reference: UUID
    owner: User
    owes: Money
    limit: Money
    since: dt.datetime | None


@dataclass(frozen=True, slots=True)
class DebtsPage:
    """Who owes what: by currency, the largest debts first. `more` is where the next page begins, or None."""

    rows: list[Debt]
    more: str | None


def debts(*, after: str = "", limit: int = DEBTS_A_PAGE) -> DebtsPage:
    """The page that begins after `after`, which is the `more` of another. What is no such text begins at the start."""
    found = (
        Wallet.objects.filter(purpose=MEMBER, settled_minor__lt=0)
        .annotate(since=Func("pk", function="shop_owes_since", output_field=DateTimeField()))
        .select_related("owner", "applied_limit")
        .order_by("currency_code", "settled_minor", "pk")
    )
    if place := _place(after):
        code, minor, pk = place
        same = Q(currency_code=code)
        found = found.filter(
            Q(currency_code__gt=code) | same & (Q(settled_minor__gt=minor) | Q(settled_minor=minor, pk__gt=pk))
        )
    rows = list(found[: limit + 1])
    last = rows[limit - 1] if len(rows) > limit else None
    more = f"{last.currency_code} {last.settled_minor} {last.pk}" if last else None
    return DebtsPage([_debt(wallet) for wallet in rows[:limit]], more)


def _debt(wallet: Wallet) -> Debt:
    applied = getattr(wallet, "applied_limit", None)  # Django says by an AttributeError that there is no row
    limit = Money(applied.limit_minor if applied else 0, wallet.currency)
    assert wallet.owner is not None
    return Debt(wallet.reference, wallet.owner, -wallet.settled, limit, wallet.since)  # type: ignore[attr-defined]


def owed() -> list[tuple[Money, int]]:
    """The sum of all debts in each currency, and how many members owe it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT currency, -sum(balance)::bigint, count(*) FROM ledger_wallet
                WHERE purpose = 'member' AND balance < 0 GROUP BY currency ORDER BY currency"""
        )
        return [(Money(minor, currency(code)), count) for code, minor, count in cursor.fetchall()]


def _place(text: str) -> tuple[str, int, int] | None:
    match text.split():
        case [code, minor, pk] if len(code) == 3 and all(_is_id(part.removeprefix("-")) for part in (minor, pk)):
            return code, int(minor), int(pk)
    return None


def _is_id(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= LONGEST_ID


def wallet_with(reference: UUID) -> Wallet:
    """The member's wallet with this reference, with its owner. Raises NotFound."""
    found = Wallet.objects.filter(purpose=MEMBER, reference=reference).select_related("owner").first()
    if found is None:
        raise NotFound
    return found


def owes_since(wallet: Wallet) -> dt.datetime | None:
    """Since when the wallet has been below zero without a break. None if it is not, by the database's clock."""
    if wallet.settled_minor >= 0:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT shop_owes_since(%s)", [wallet.pk])
        return cursor.fetchone()[0]

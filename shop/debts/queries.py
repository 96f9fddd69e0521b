"""How a member stands: enough money, little, in debt, or close to the limit. Always a word, an icon and a next step.

And for treasurers: which limits count, and who owes what.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from django.db import connection
from django.db.models import BigIntegerField, DateTimeField, F, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from conversion.errors import AmountTooLarge, NextStep, NotFound
from conversion.money import Currency, Money, currency, format_money
from ledger.errors import ConversionDown
from ledger.exchange import converted
from ledger.floors import wished_floor
from ledger.kinds import MEMBER
from ledger.models import Wallet
from payments.history.statements import Month
from shop.rules.queries import current
from web.paging import LONGEST_ID

from .models import Limit

ID = BigIntegerField()
NEAR_PERCENT = 80  # who owes so much of the limit is told that it is near
FINE, LOW, OWES, NEAR, FULL = "fine", "low", "owes", "near", "full"
WORDS: dict[str, str | Promise] = {
    FINE: gettext_lazy("Enough"),
    LOW: gettext_lazy("Low"),
    OWES: gettext_lazy("You owe"),
    NEAR: gettext_lazy("Almost at your limit"),
    FULL: gettext_lazy("At your limit"),
}
ICONS = {FINE: "circle-check", LOW: "coins", OWES: "hand-coins", NEAR: "triangle-alert", FULL: "octagon-alert"}
TOP_UP: NextStep = (gettext_lazy("Top up"), "payments:top_up")


@dataclass(frozen=True, slots=True)
class Standing:
    """How a wallet stands. `code` is one of FINE, LOW, OWES, NEAR and FULL: it names the colour (`.standing--owes`).

    `available` may be below zero. `limit` is how much may be owed, zero or above, and `left` what can still be spent on
    purchases.
    """

    code: str
    available: Money
    limit: Money
    left: Money

    @property
    def word(self) -> str:
        """Without an amount, for a screen that others see."""
        return str(WORDS[self.code])

    @property
    def sentence(self) -> str:
        """With the amount, for the member alone."""
        if self.available.minor >= 0:
            return self.word if self.code == FINE else _("Low: %(left)s left") % {"left": format_money(self.available)}
        owed = format_money(-self.available)
        if self.code == OWES:
            return _("You owe %(owed)s") % {"owed": owed}
        return _("%(word)s: you owe %(owed)s") % {"word": self.word, "owed": owed}

    @property
    def icon(self) -> str:
        """The name of a lucide icon."""
        return ICONS[self.code]

    @property
    def next_step(self) -> NextStep | None:
        return None if self.code == FINE else TOP_UP


def standing_of(wallet: Wallet) -> Standing:
    """How this wallet stands now, by the limits of the rules in force. It is for pages, not for money transactions."""
    available, zero = wallet.available, Money(0, wallet.currency)
    # A limit that was lowered counts at once, though the ledger's floor follows only as the debt is paid back.
    floor = max(Money(wallet.floor, wallet.currency), wished_floor(wallet)) if wallet.floor else zero
    left = max(available - floor, zero)
    return Standing(_code(available, -floor, left), available, -floor, left)


def _code(available: Money, limit: Money, left: Money) -> str:
    if available.minor < 0:
        if not left.minor:
            return FULL
        return NEAR if -available.minor * 100 >= limit.minor * NEAR_PERCENT else OWES
    low = _low_in(available.currency, current().low, int(time.monotonic() // 60))
    return LOW if low is not None and available < low else FINE


@lru_cache(maxsize=64)
def _low_in(unit: Currency, low: Money, _minute: int) -> Money | None:
    """The amount below which a wallet is low, in its currency. It is kept for a minute: a home asks no other service.

    None while the conversion service does not answer: then the page says nothing of it.
    """
    try:
        return converted(low, to=unit).target
    except (ConversionDown, AmountTooLarge):
        return None


@dataclass(frozen=True, slots=True)
class Asked:
    """What a member may owe, before it is converted: by the limit `row`, or by the rules if that is None."""

    row: Limit | None
    amount: Money
    by: int | None = None

    @property
    def made_by(self) -> int | None:
        return self.row.made_by_id if self.row else self.by

    @property
    def reason(self) -> str:
        return self.row.reason if self.row else "the rules' default"


def newest_of(user: int | None) -> Limit | None:
    """What was set last for this member."""
    return Limit.objects.filter(user=user).order_by("-id").first()


def asked_of(role: str) -> Asked:
    """What a member with this role may owe who has no limit of their own."""
    row = Limit.objects.filter(user=None, role=role).order_by("-id").first()
    if row is not None and row.limit is not None:
        return Asked(row, row.limit)
    rules = current()
    return Asked(None, rules.debt_default, by=rules.made_by_id)


def limits_of_roles() -> list[Limit]:
    """The limit in force of each role that has one."""
    newest = Limit.objects.filter(user=None).order_by("role", "-id").distinct("role").select_related("made_by")
    return [row for row in newest if row.limit_minor is not None]


def history_of(user: int | None) -> QuerySet[Limit]:
    """What was set for this member, the newest first."""
    return Limit.objects.filter(user=user).select_related("made_by").order_by("-id")


def due() -> Iterator[tuple[Wallet, Asked]]:
    """The members whose limit is another one than was applied last, with what counts for them now."""
    rules = current()
    newest = Limit.objects.order_by("-id").values("pk")
    set_ = Limit.objects.filter(limit_minor__isnull=False).values("pk")
    wallets = (
        Wallet.objects.filter(purpose=MEMBER)
        .annotate(
            own=Subquery(newest.filter(user=OuterRef("owner"))[:1]),
            of_role=Subquery(newest.filter(user=None, role=OuterRef("owner__role"))[:1]),
        )
        .annotate(
            counts=Coalesce(
                Subquery(set_.filter(pk=OuterRef("own"))),
                Subquery(set_.filter(pk=OuterRef("of_role"))),
                output_field=ID,
            ),
            asked=Coalesce("applied_limit__asked_minor", Value(0), output_field=ID),
        )
    )
    is_default = Q(counts__isnull=True, applied_limit__limit__isnull=True, asked=rules.debt_default_minor)
    if rules.debt_default_minor:
        is_default &= Q(applied_limit__currency_code=rules.currency_code)
    is_applied = Q(counts__isnull=False, applied_limit__limit=F("counts"))
    others = wallets.exclude(pk__in=wallets.filter(is_applied | is_default).values("pk"))
    limits = Limit.objects.in_bulk(others.filter(counts__isnull=False).values_list("counts", flat=True).distinct())
    for wallet in others.order_by("pk"):
        row = limits.get(wallet.counts)
        if row is not None and row.limit is not None:
            yield wallet, Asked(row, row.limit)
        elif wallet.counts is None:
            yield wallet, Asked(None, rules.debt_default, by=rules.made_by_id)


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


def has_own_limit(wallet: Wallet) -> bool:
    """Whether the limit that counts was set for this member."""
    newest = newest_of(wallet.owner_id)
    return newest is not None and newest.limit_minor is not None


def owes_since(wallet: Wallet) -> dt.datetime | None:
    """Since when the wallet has been below zero without a break. None if it is not, by the database's clock."""
    if wallet.settled_minor >= 0:
        return None
    with connection.cursor() as cursor:
        cursor.execute("SELECT shop_owes_since(%s)", [wallet.pk])
        return cursor.fetchone()[0]

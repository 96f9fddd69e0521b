"""Which limits count: a member's own, that of their role, or that of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.db.models import BigIntegerField, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce

from conversion.money import Money
from ledger.kinds import MEMBER
from ledger.models import Wallet
from shop.rules.queries import current

from .models import Limit

ID = BigIntegerField()


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


def has_own_limit(wallet: Wallet) -> bool:
    """Whether the limit that counts was set for this member."""
    newest = newest_of(wallet.owner_id)
    return newest is not None and newest.limit_minor is not None

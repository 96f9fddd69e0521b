"""Which limits count: a member's own, that of their role, or that of the rules."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from conversion.money import Money
from ledger.models import Wallet
from shop.rules.queries import current

from .models import Limit


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


# Each member's newest own limit, and the newest one of each role, are found once and joined: a look-up for every member
# took two seconds with 50,000 of them, each minute. A limit that was taken back (null) lets the next one count.
DUE = """
    WITH own AS (
        SELECT DISTINCT ON (user_id) user_id, id, limit_minor FROM shop_limit
         WHERE user_id IS NOT NULL ORDER BY user_id, id DESC),
    of_role AS (
        SELECT DISTINCT ON (role) role, id, limit_minor FROM shop_limit WHERE user_id IS NULL ORDER BY role, id DESC),
    member AS (
        SELECT w.*, CASE WHEN o.limit_minor IS NOT NULL THEN o.id WHEN r.limit_minor IS NOT NULL THEN r.id END AS counts
          FROM ledger_wallet w JOIN accounts_user u ON u.id = w.owner_id
          LEFT JOIN own o ON o.user_id = u.id LEFT JOIN of_role r ON r.role = u.role
         WHERE w.purpose = 'member')
    SELECT m.* FROM member m LEFT JOIN shop_appliedlimit a ON a.wallet_id = m.id
     WHERE m.counts IS DISTINCT FROM a.limit_id
        OR m.counts IS NULL AND (coalesce(a.asked_minor, 0) <> %(default)s
                                 OR %(default)s > 0 AND a.currency_code <> %(currency)s)
     ORDER BY m.id"""


def due() -> Iterator[tuple[Wallet, Asked]]:
    """The members whose limit is another one than was applied last, with what counts for them now."""
    rules = current()
    fields = {"default": rules.debt_default_minor, "currency": rules.currency_code}
    others: list[Any] = list(Wallet.objects.raw(DUE, fields))  # wallets, and which limit `counts` for each
    limits = Limit.objects.in_bulk({wallet.counts for wallet in others} - {None})
    for wallet in others:
        row = limits.get(wallet.counts)
        if row is not None and row.limit is not None:
            yield wallet, Asked(row, row.limit)
        elif wallet.counts is None:
            yield wallet, Asked(None, rules.debt_default, by=rules.made_by_id)


def has_own_limit(wallet: Wallet) -> bool:
    """Whether the limit that counts was set for this member."""
    newest = newest_of(wallet.owner_id)
    return newest is not None and newest.limit_minor is not None

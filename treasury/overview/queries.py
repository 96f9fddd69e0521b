"""Queries of staff's overview: all accounts, all transfers, and the sums for each currency."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db import connection
from django.db.models import Prefetch, Q, QuerySet

from accounts.models import User
from conversion.money import Money, currency
from ledger.kinds import PERSONAL, label_of_purpose
from ledger.models import Transfer, Wallet
from payments.days import midnight

TRANSFERS_A_PAGE = 10
ACCOUNTS_A_PAGE = 25


@dataclass(slots=True)
class CurrencyTotals:
    """The sums of one currency.

    `members` is what members and merchants hold. `others` has the sum for each other purpose, if it is not zero.
    `total` is the sum of all wallets; it is zero if the books balance.
    """

    code: str
    members: Money
    others: list[tuple[str, Money]] = field(default_factory=list)
    total: Money | None = None


def totals() -> list[CurrencyTotals]:
    """The sums for each currency in which some sum is not zero.

    They include the pending entries of append-only wallets, which the wallet's row does not have yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT w.currency, w.purpose, sum(w.balance + coalesce(pending.amount, 0))::bigint
                 FROM ledger_wallet w
                 LEFT JOIN LATERAL (SELECT sum(e.amount) AS amount FROM ledger_entry e
                                     WHERE e.wallet_id = w.id AND e.seq IS NULL AND e.xid >= w.upto
                                       AND NOT w.running) pending ON true
                GROUP BY w.currency, w.purpose ORDER BY w.currency, w.purpose"""
        )
        rows = cursor.fetchall()
    by_currency: dict[str, dict[str, int]] = defaultdict(dict)
    for code, purpose, minor in rows:
        by_currency[code][purpose] = int(minor)
    return [_totals(code, sums) for code, sums in by_currency.items() if any(sums.values())]


def _totals(code: str, sums: dict[str, int]) -> CurrencyTotals:
    unit = currency(code)
    return CurrencyTotals(
        code=code,
        members=Money(sum(sums.get(purpose, 0) for purpose in PERSONAL), unit),
        others=[
            (str(label_of_purpose(purpose)), Money(minor, unit))
            for purpose, minor in sums.items()
            if purpose not in PERSONAL and minor
        ],
        total=Money(sum(sums.values()), unit),
    )


@dataclass(frozen=True, slots=True)
class AccountsPage:
    """One page of the list of accounts.

    Each user in `rows` has `members_wallets`: a list that is empty until the user's wallet is opened. `more` is the
    username after which the next page begins, or None on the last page.
    """

    rows: Sequence[User]
    more: str | None


def accounts(search: str, *, after: str = "") -> AccountsPage:
    """The page of accounts that begins after the username `after`, in the order of usernames.

    `search` is a part of a username, a name or a confirmed e-mail address, in upper or lower case.
    """
    people = User.objects.filter(username__gt=after).order_by("username")
    if search:
        people = people.filter(
            Q(username__icontains=search)
            | Q(first_name__icontains=search)
            | Q(last_name__icontains=search)
            | Q(email__icontains=search)
        )
    wallets = Wallet.objects.filter(purpose__in=PERSONAL)
    people = people.prefetch_related(Prefetch("wallets", wallets, to_attr="members_wallets"))
    found = list(people[: ACCOUNTS_A_PAGE + 1])  # one row more than shown tells whether there is another page
    rows = found[:ACCOUNTS_A_PAGE]
    return AccountsPage(rows, rows[-1].username if len(found) > ACCOUNTS_A_PAGE else None)


@dataclass(frozen=True, slots=True)
class TransfersPage:
    """One page of the list of transfers, newest first.

    `newer` and `older` are the ids of the transfers where the neighbouring pages begin; None where there is no page.
    """

    rows: Sequence[Transfer]
    newer: int | None = None
    older: int | None = None


def newest_transfers() -> QuerySet[Transfer]:
    """All transfers, newest first: in the order of their ids, since `booked_at` has no index."""
    return Transfer.objects.select_related("source__owner", "target__owner", "made_by").order_by("-id")


def transfers_page(*, before: int | None, after: int | None) -> TransfersPage:
    """The page of transfers that are older than the transfer `before`, or newer than `after`; else the newest page."""
    if after is not None:
        found = list(newest_transfers().filter(pk__gt=after).order_by("pk")[: TRANSFERS_A_PAGE + 1])
        rows, more = found[:TRANSFERS_A_PAGE][::-1], len(found) > TRANSFERS_A_PAGE
        return TransfersPage(rows, newer=rows[0].pk if more else None, older=rows[-1].pk if rows else None)
    older = newest_transfers() if before is None else newest_transfers().filter(pk__lt=before)
    found = list(older[: TRANSFERS_A_PAGE + 1])
    rows, more = found[:TRANSFERS_A_PAGE], len(found) > TRANSFERS_A_PAGE
    is_first = before is None or not rows
    return TransfersPage(rows, newer=None if is_first else rows[0].pk, older=rows[-1].pk if more else None)


def member_count() -> int:
    """How many members and merchants have a wallet."""
    return Wallet.objects.filter(purpose__in=PERSONAL).count()


def transfers_today() -> int:
    """How many transfers were booked today, by their timestamp: the time that staff read beside each transfer."""
    return Transfer.objects.filter(made_at__gte=midnight(), outcome=Transfer.Outcome.BOOKED).count()

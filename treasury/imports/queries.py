"""Queries of imports, for staff; and what a member had before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db import connection
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Sum
from django.db.models.functions import Coalesce, Now

from accounts.claims.models import Claim
from accounts.models import User
from conversion.errors import NotFound
from conversion.money import Money
from ledger.kinds import MERCHANT
from ledger.models import Wallet
from payments.owners import wallet_of

from .models import Import, ImportLine, ImportProduct, ImportRow

Action, Takes, Outcome, Status = ImportRow.Action, ImportRow.Takes, ImportRow.Outcome, Import.Status

DIFFERS = Q(claimed_minor__isnull=False, recomputed_minor__isnull=False) & ~Q(claimed_minor=F("recomputed_minor"))
UNDECIDED = Q(action="") | (Q(takes="") & ~Q(action="skip"))
SHOWN = {
    "all": Q(),
    "undecided": UNDECIDED,
    "problems": ~Q(problem=""),
    "found": Q(found__isnull=False),
    "differing": DIFFERS,
    "owing": Q(claimed_minor__lt=0) | Q(recomputed_minor__lt=0),
    "refused": Q(outcome="refused"),
}
PRODUCTS_SHOWN = {
    "all": Q(number__gt=0),
    "made": Q(outcome="made"),
    "skipped": Q(outcome="skipped"),
    "remarked": ~Q(outcome_text="") & Q(outcome="made"),
}
MOST_REASONS = 10
ROWS_A_PAGE = 25
LINES_A_PAGE = 50
SHOWN_FOR = dt.timedelta(days=365)  # on the home of the member


@dataclass(frozen=True, slots=True)
class Page:
    """One page of rows or lines. `more` is the number after which the next page begins, or None on the last page."""

    rows: list[ImportRow] | list[ImportLine] | list[ImportProduct]
    more: int | None


@dataclass(frozen=True, slots=True)
class Sums:
    """The sums of an import: everybody's balances as claimed and as recomputed, and what was chosen of them."""

    claimed: Money
    recomputed: Money
    openings: Money
    differences: Money


def imports() -> QuerySet[Import]:
    people = ("maker", "confirmed_by", "approved_by", "undone_by", "seller__owner")
    return Import.objects.select_related(*people).order_by("-id")


def import_with(reference: UUID) -> Import:
    """Raises NotFound."""
    found = imports().filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def row_with(reference: UUID) -> ImportRow:
    """One person of an import. Raises NotFound."""
    rows = ImportRow.objects.select_related("of_import", "found", "target", "opening", "difference")
    row = rows.filter(reference=reference).first()
    if row is None:
        raise NotFound
    return row


def rows_of(found: Import, *, show: str = "all") -> QuerySet[ImportRow]:
    return found.rows.filter(SHOWN[show]).order_by("number")


def rows_page(found: Import, *, show: str, after: int) -> Page:
    rows = list(rows_of(found, show=show).filter(number__gt=after).select_related("found", "target")[: ROWS_A_PAGE + 1])
    for row in rows:
        row.of_import = found
    page = rows[:ROWS_A_PAGE]
    return Page(page, page[-1].number if len(rows) > ROWS_A_PAGE else None)


def lines_page(row: ImportRow, *, after: int) -> Page:
    lines = list(row.lines.filter(number__gt=after).order_by("number")[: LINES_A_PAGE + 1])
    for line in lines:
        line.row = row
    page = lines[:LINES_A_PAGE]
    return Page(page, page[-1].number if len(lines) > LINES_A_PAGE else None)


def sellers(found: Import) -> QuerySet[Wallet]:
    """The merchants' wallets that can sell the products of the import, by the names of their owners."""
    merchants = Wallet.objects.filter(purpose=MERCHANT, currency_code=found.currency_code, owner__is_active=True)
    return merchants.select_related("owner").order_by("owner__username")


def products_page(found: Import, *, show: str, after: int) -> Page:
    chosen = found.products.filter(PRODUCTS_SHOWN[show], number__gt=after).order_by("number")
    products = list(chosen[: ROWS_A_PAGE + 1])
    for product in products:
        product.of_import = found
    page = products[:ROWS_A_PAGE]
    return Page(page, page[-1].number if len(products) > ROWS_A_PAGE else None)


def counts_of_products(found: Import) -> dict[str, int]:
    """How many products there are of each group that can be shown."""
    return found.products.aggregate(**{name: Count("id", filter=chosen) for name, chosen in PRODUCTS_SHOWN.items()})


def reasons(found: Import) -> list[tuple[str, int]]:
    """Why products were left out or lack something, and how many; the most frequent first."""
    said = found.products.exclude(outcome_text="").values_list("outcome_text")
    return list(said.annotate(count=Count("id")).order_by("-count", "outcome_text")[:MOST_REASONS])


def counts_of(found: Import) -> dict[str, int]:
    """How many rows there are of each group that can be shown, and in each outcome."""
    counted = {name: Count("id", filter=chosen) for name, chosen in SHOWN.items() if name != "all"}
    counted |= {outcome.value: Count("id", filter=Q(outcome=outcome)) for outcome in Outcome}
    counted |= {f"to_{action.name.lower()}": Count("id", filter=Q(action=action)) for action in Action}
    return found.rows.aggregate(**counted, all=Count("id"), decided=Count("id", filter=~Q(outcome=Outcome.WAITING)))


def sums_of(found: Import) -> Sums:
    """The sums of both balances of everybody, and of what is chosen, without those who are left out."""
    chosen, unit = ~Q(action=Action.SKIP), found.currency
    sums = found.rows.aggregate(
        claimed=Sum("claimed_minor"),
        recomputed=Sum("recomputed_minor"),
        openings=Sum(Coalesce("recomputed_minor", "claimed_minor"), filter=chosen),
        differences=Sum(F("claimed_minor") - F("recomputed_minor"), filter=chosen & DIFFERS & Q(takes=Takes.CLAIMED)),
    )
    return Sums(**{name: Money(int(minor or 0), unit) for name, minor in sums.items()})


def without_card(found: Import) -> QuerySet[ImportRow]:
    """The new members of the import whose card nobody has seen, and who have not claimed their account."""
    new = found.rows.filter(action=Action.REGISTER, outcome=Outcome.BOOKED, card_printed_at=None)
    return new.filter(target__claim__claimed_at=None).order_by("number")


def touched(found: Import, *, row: int | None = None) -> int:
    """Of how many booked rows (or this one) the member has moved or held money since: the last entry is another."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT count(*) FROM treasury_importrow r
                 JOIN ledger_wallet w ON w.owner_id = r.target_id AND w.purpose = 'member'
                WHERE r.of_import_id = %s AND r.outcome = 'booked' AND (%s IS NULL OR r.id = %s)
                  AND (r.opening_id IS NOT NULL OR r.difference_id IS NOT NULL)
                  AND (w.held <> 0 OR NOT EXISTS (
                      SELECT FROM ledger_entry e WHERE e.wallet_id = w.id AND e.seq = w.seq
                         AND e.transfer_id IN (r.opening_id, r.difference_id)))""",
            [found.pk, row, row],
        )
        return int(cursor.fetchone()[0])


def every_row(found: Import) -> Iterator[ImportRow]:
    for row in (
        found.rows.select_related("target", "opening", "difference").order_by("number").iterator(chunk_size=1000)
    ):
        row.of_import = found
        yield row


def lines_of(rows: Sequence[ImportRow]) -> Iterator[ImportLine]:
    known = {row.pk: row for row in rows}
    for line in ImportLine.objects.filter(row__in=rows).order_by("row_id", "number").iterator(chunk_size=1000):
        line.row = known[line.row_id]
        yield line


def is_new(row: ImportRow) -> bool:
    """Whether nobody uses this person's account yet: it is still to be made, or nobody has claimed it."""
    if row.target is None or row.action == Action.REGISTER:
        return True
    return Claim.objects.filter(user=row.target, claimed_at=None).exists()


def new_and_owing(found: Import) -> QuerySet[ImportRow]:
    """Who owes money, has no decision but for it, and is like nobody: neither like a member nor imported before."""
    before = ImportRow.objects.filter(of_import__source=found.source, old_id=OuterRef("old_id"), outcome=Outcome.BOOKED)
    owing = found.rows.filter(SHOWN["owing"], action=Action.UNDECIDED, problem="", found=None)
    return owing.exclude(takes=Takes.UNDECIDED).exclude(Exists(before))


def room_below(member: User) -> Money:
    """The lowest sum that could be booked into this member's wallet: how far it is above its floor, negative."""
    wallet = wallet_of(member)
    return Money((wallet.floor or 0) - wallet.available.minor, wallet.currency)


def rows_from_before(user: User, *, lately: bool = False) -> list[ImportRow]:
    """What was imported for this member, and not undone; the oldest first. `lately`: within SHOWN_FOR."""
    rows = ImportRow.objects.filter(target=user, outcome=Outcome.BOOKED).select_related("of_import").order_by("id")
    return list(rows.filter(of_import__confirmed_at__gt=Now() - SHOWN_FOR) if lately else rows)

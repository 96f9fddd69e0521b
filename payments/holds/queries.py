"""Queries for holds that a user may see: as payer or as payee."""

from __future__ import annotations

from uuid import UUID

from django.db.models import Prefetch, Q, QuerySet, Sum, prefetch_related_objects

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import Money
from ledger.models import Hold, Transfer, Wallet
from ledger.prepared import PreparedModels

_OPEN_HOLDS = PreparedModels(
    "open_holds",
    Hold,
    "WHERE target_id = $1 AND status = 'open' AND expires_at > clock_timestamp() ORDER BY id DESC LIMIT $2",
)


def open_holds_for(wallet: Wallet, *, limit: int) -> list[Hold]:
    """Returns the newest open holds with this wallet as their target."""
    found = _OPEN_HOLDS.all(wallet.pk, limit)
    prefetch_related_objects(found, "source__owner")
    return found


def holds() -> QuerySet[Hold]:
    """Returns all holds of this room's purposes, with the people and wallets in them. Withdrawals have others."""
    found = Hold.objects.filter(purpose__in=Hold.Purpose.values)
    return found.select_related("source__owner", "target__owner", "made_by")


def hold_for(user: User, reference: UUID) -> Hold:
    """Returns a hold that the user placed, or that was placed for the user. Raises NotFound.

    Only its maker sees a declined hold.
    """
    found = holds().filter(Q(source__owner=user) | Q(target__owner=user), reference=reference).first()
    if found is None or (found.status == Hold.Status.DECLINED and found.made_by_id != user.pk):
        raise NotFound
    return found


def holds_of(user: User) -> QuerySet[Hold]:
    """Returns the holds in the user's own wallet, the newest first, without declined ones."""
    return holds().filter(source__owner=user).exclude(status=Hold.Status.DECLINED).order_by("-id")


def holds_for(user: User) -> QuerySet[Hold]:
    """Returns the holds that others placed for the user, the newest first, without declined ones."""
    return holds().filter(target__owner=user).exclude(status=Hold.Status.DECLINED).order_by("-id")


def held_elsewhere(wallet: Wallet) -> Money:
    """Returns the sum of the wallet's open holds of other rooms' purposes."""
    others = Hold.objects.filter(source=wallet, status=Hold.Status.OPEN).exclude(purpose__in=Hold.Purpose.values)
    return Money(others.aggregate(Sum("amount_minor"))["amount_minor__sum"] or 0, wallet.currency)


def with_captures(listed: QuerySet[Hold]) -> QuerySet[Hold]:
    """Returns the same holds, each with `booked_captures`: a list of one transfer, or empty."""
    booked = Transfer.objects.filter(outcome=Transfer.Outcome.BOOKED).select_related("source", "target")
    return listed.prefetch_related(Prefetch("captures", booked, to_attr="booked_captures"))


def capture_of(hold: Hold) -> Transfer | None:
    """Returns the booked transfer that captured the hold, if there is one."""
    return hold.captures.filter(outcome=Transfer.Outcome.BOOKED).select_related("source", "target").first()

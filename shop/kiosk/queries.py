"""What a kiosk shows: its device, the visit at it, and the names of its list."""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import Money
from ledger.models import Transfer
from shop.orders.models import Order
from shop.sale_points.models import SalePoint

from .models import KioskChoice, KioskDevice, Tag, UnknownTag, Visit, VisitAct

KEPT = dt.timedelta(hours=24)  # for so long staff can attach an unknown card
ACTS_SHOWN = 3
NAMES_SHOWN = 500


def digest_of_token(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def device_with(token: str) -> KioskDevice | None:
    """The device whose cookie has this token; None if there is none, or staff revoked it."""
    return (
        KioskDevice.objects.select_related("sale_point")
        .filter(digest=digest_of_token(token), revoked_at__isnull=True)
        .first()
    )


def visit_at(device: KioskDevice) -> Visit | None:
    """The visit at the device that is not over. It reads and writes nothing else: a visit that idled is simply over."""
    visit = Visit.objects.select_related("member__kiosk_choice").filter(device=device, ended_at__isnull=True).first()
    if visit is None or visit.last_at + dt.timedelta(seconds=device.sale_point.idle_s) <= timezone.now():
        return None
    visit.device = device
    return visit


def always_asks_pin(member: User) -> bool:
    choice: KioskChoice | None = getattr(member, "kiosk_choice", None)
    return choice is not None and choice.always_pin


def waits_for_pin(visit: Visit) -> bool:
    """Whether nothing can be done in the visit before the PIN is typed.

    A name in a list proves nothing, so it is asked once a visit, unless the sale point never asks. A card is asked for
    it where the sale point or its member always want it.
    """
    if visit.proven_at is not None:
        return False
    policy = visit.device.sale_point.pin
    return (
        always_asks_pin(visit.member)
        or policy == SalePoint.Pin.ALWAYS
        or (visit.how == Visit.How.LIST and policy != SalePoint.Pin.NEVER)
    )


@dataclass(frozen=True, slots=True)
class Listed:
    """A name in the list, as others see it: the first name, and the first letter of the last."""

    reference: UUID
    name: str


def names() -> list[Listed]:
    """Who chose to be in the list and can buy, by their names."""
    choices = (
        KioskChoice.objects.select_related("member")
        .filter(in_list=True, member__is_active=True, member__frozen=False)
        .order_by("member__first_name", "member__last_name", "pk")
    )
    found = [Listed(choice.reference, short_name(choice.member)) for choice in choices[:NAMES_SHOWN]]
    return sorted(found, key=lambda listed: listed.name.casefold())


def short_name(member: User) -> str:
    return f"{member.first_name} {member.last_name[:1]}".strip() + ("." if member.last_name else "")


@dataclass(frozen=True, slots=True)
class Done:
    """What was done in a visit, as its page lists it. `title` is "" for a top-up."""

    reference: UUID
    title: str
    paid: Money
    is_undone: bool


def done_in(visit: Visit) -> list[Done]:
    """The last acts of the visit, the newest first."""
    acts = (
        VisitAct.objects.filter(visit=visit)
        .select_related("transfer__source", "transfer__target", "order")
        .annotate(is_reversed=Exists(Transfer.objects.filter(reverses=OuterRef("transfer_id"), outcome="booked")))
        .order_by("-id")[:ACTS_SHOWN]
    )
    return [
        Done(act.transfer.reference, act.transfer.note if act.order_id else "", act.transfer.paid, act.is_reversed)
        for act in acts
    ]


def act_of(visit: Visit, reference: UUID) -> VisitAct:
    """What was done in this visit by the transfer with this reference. Raises NotFound: others' are none."""
    found = VisitAct.objects.select_related("transfer__source", "transfer__target", "order").filter(
        visit=visit, transfer__reference=reference
    )
    if (act := found.first()) is None:
        raise NotFound
    return act


def bought_just_now(visit: Visit, variant: int, *, within_s: float) -> bool:
    """Whether the newest purchase of the visit was of this variant, a moment ago by the database's clock."""
    moment = Now() - dt.timedelta(seconds=within_s)
    newest = Order.objects.filter(visit_act__visit=visit).order_by("-id").filter(made_at__gt=moment)
    order = newest.first()
    return order is not None and order.lines.filter(variant_id=variant).exists()


def devices() -> Sequence[KioskDevice]:
    """All devices for staff: those in use first, then those that were revoked, the newest first."""
    return list(
        KioskDevice.objects.select_related("sale_point", "made_by").order_by(
            F("revoked_at").desc(nulls_first=True), "-id"
        )[:100]
    )


def device_by(reference: UUID) -> KioskDevice:
    """Raises NotFound."""
    found = KioskDevice.objects.select_related("sale_point").filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def unknown_tags() -> Sequence[UnknownTag]:
    """The codes of the last day that nobody has as a card, the newest first."""
    return list(
        UnknownTag.objects.select_related("device", "member").filter(seen_at__gt=Now() - KEPT).order_by("-seen_at")[:50]
    )


def unknown_tag(reference: UUID) -> UnknownTag:
    """Raises NotFound, also if it is older than a day."""
    found = UnknownTag.objects.filter(reference=reference, seen_at__gt=Now() - KEPT).first()
    if found is None:
        raise NotFound
    return found


def tags_of(member: User) -> Sequence[Tag]:
    """The member's cards that are not revoked."""
    return list(Tag.objects.filter(member=member, revoked_at__isnull=True).order_by("id"))


def newest_tags(*, before: int | None, limit: int) -> Sequence[Tag]:
    """All members' cards for staff, the newest first."""
    found = Tag.objects.select_related("member", "added_by").order_by("-id")
    return list((found.filter(id__lt=before) if before else found)[:limit])


def tag_by(reference: UUID) -> Tag:
    """Raises NotFound."""
    found = Tag.objects.filter(reference=reference).first()
    if found is None:
        raise NotFound
    return found


def choice_of(member: User) -> KioskChoice:
    """What the member chose; a new object, not stored, if nothing yet."""
    return KioskChoice.objects.filter(member=member).first() or KioskChoice(member=member)


def kiosks() -> Sequence[SalePoint]:
    return list(SalePoint.objects.filter(kind=SalePoint.Kind.KIOSK, is_open=True).order_by("name"))

"""Visits: beginning one by a name of the list or by a card, typing the PIN, and leaving."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from accounts.models import User
from accounts.people.errors import AccountFrozen
from accounts.people.standing import may_not_move
from web.limits import Limit, take

from .codes import digest_of, half_of
from .errors import CodeReadTwice, CodeUnknown, NotByThisWay, VisitOver
from .models import KioskChoice, KioskDevice, Tag, UnknownTag, Visit

UNKNOWN_CODES = Limit("unknown codes at", 20, 30)  # by a device


def begin_by_list(device: KioskDevice, reference: UUID) -> Visit:
    """Begins the visit of the member with this name in the list. Raises NotByThisWay, AccountFrozen."""
    choice = KioskChoice.objects.select_related("member").filter(reference=reference, in_list=True).first()
    if choice is None or not device.sale_point.signs_in_by_list:
        raise NotByThisWay
    return _begin(device, choice.member, Visit.How.LIST)


def begin_by_card(device: KioskDevice, code: str, *, visit: Visit | None) -> Visit:
    """Begins the visit of the member with this card. One's own card again changes nothing.

    An unknown card is kept for staff. Unknown codes are counted, since whoever types codes by hand guesses.
    Raises CodeUnknown, CodeReadTwice, TooManyTries, NotByThisWay, AccountFrozen.
    """
    if not device.sale_point.signs_in_by_card:
        raise NotByThisWay
    counted = take(UNKNOWN_CODES, device.pk)
    digest, half = digest_of(code), half_of(code)
    in_use = Tag.objects.select_related("member").filter(revoked_at__isnull=True)
    if half and in_use.filter(digest=digest_of(half)).exists():
        raise CodeReadTwice  # counted, or guesses that are typed twice would tell for nothing whose card is one
    tag = in_use.filter(digest=digest).first()
    if tag is None:
        whose = visit.member if visit and visit.proven_at else None
        seen = {"device": device, "member": whose, "seen_at": Now()}
        UnknownTag.objects.update_or_create(digest=digest, defaults=seen)
        raise CodeUnknown
    counted.give_back()
    if visit is not None and visit.member_id == tag.member_id:
        return visit
    return _begin(device, tag.member, Visit.How.CARD)


def prove(visit: Visit, pin: str) -> None:
    """Verifies the member's PIN, once for the visit. Raises PinMissing, PinWrong, PinLocked, VisitOver.

    The tries are those of the member's PIN, wherever it is typed.
    """
    is_limited = visit.member.verify_pin(pin)
    here = Visit.objects.filter(pk=visit.pk, ended_at__isnull=True)
    typed_now = here.filter(proven_at__isnull=True).update(proven_at=Now(), last_at=Now(), pin_is_limited=is_limited)
    if not typed_now and not here.exists():  # the form may have been sent twice
        raise VisitOver
    visit.refresh_from_db(fields=["proven_at", "last_at", "pin_is_limited"])


def touch(visit: Visit) -> None:
    """Notes a tap that changed nothing else, so that there is time to read the answer or to type the PIN."""
    Visit.objects.filter(pk=visit.pk, ended_at__isnull=True).update(last_at=Now())


def leave(device: KioskDevice) -> None:
    """Ends the visit at the device, if there is one."""
    Visit.objects.filter(device=device, ended_at__isnull=True).update(ended_at=Now())


@transaction.atomic
def _begin(device: KioskDevice, member: User, how: Visit.How) -> Visit:
    """Begins a visit, and ends the one before. Two who begin at once take turns. Raises AccountFrozen, VisitOver."""
    here = KioskDevice.objects.filter(pk=device.pk, revoked_at__isnull=True)
    if not here.update(last_seen=Now()):  # also locks the device's row
        raise VisitOver
    if not member.is_active or may_not_move(member.pk):
        raise AccountFrozen(is_own=True)
    leave(device)
    visit = Visit.objects.create(device=device, member=member, how=how)
    visit.refresh_from_db()
    visit.device = device
    return visit

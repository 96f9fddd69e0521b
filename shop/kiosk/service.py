"""What staff and members do about kiosks beforehand: devices, cards, and the member's choices."""

from __future__ import annotations

import datetime as dt
import secrets
from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from accounts.models import User
from accounts.people.standing import require_may_move
from events.notices import tell
from ledger.transactions import constraint_of
from shop.sale_points.models import SalePoint
from web.limits import Limit, take

from . import queries
from .codes import digest_of, digest_of_enrolment, read
from .errors import EnrolCodeWrong, TagTaken
from .kinds import CARD_ADDED
from .models import KioskChoice, KioskDevice, Tag, UnknownTag, Visit
from .roles import CARD_DESK

ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # nothing that looks like something else
CODE_LENGTH = 8  # 40 random bits
CODE_LIFE = dt.timedelta(minutes=10)
ENROLMENTS = Limit("enrolments of kiosks from", 5, 60)  # by an origin


def new_device(*, sale_point: SalePoint, name: str, by: User) -> tuple[KioskDevice, str]:
    """Makes a device that is not enrolled yet. Returns it with its code, which is shown once and works once."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    device = KioskDevice.objects.create(
        sale_point=sale_point,
        name=name,
        made_by=by,
        code_digest=digest_of_enrolment(code),
        code_until=Now() + CODE_LIFE,
    )
    return device, code


def enrol(code: str, *, origin: str) -> str:
    """Enrols the device with this code. Returns its token, which nobody can read again. Raises EnrolCodeWrong.

    Raises TooManyTries: tries from one origin are counted.
    """
    counted = take(ENROLMENTS, origin)
    token = secrets.token_urlsafe(32)  # 256 bits
    enrolled = KioskDevice.objects.filter(
        code_digest=digest_of_enrolment(code), code_until__gt=Now(), digest__isnull=True, revoked_at__isnull=True
    ).update(digest=queries.digest_of_token(token), enrolled_at=Now(), last_seen=Now(), code_digest=None)
    if not enrolled:
        raise EnrolCodeWrong
    counted.give_back()
    return token


@transaction.atomic
def revoke_device(device: KioskDevice) -> None:
    """The device can do nothing any more, and the visit at it is over. A second time changes nothing."""
    KioskDevice.objects.filter(pk=device.pk, revoked_at__isnull=True).update(revoked_at=Now(), code_digest=None)
    Visit.objects.filter(device=device, ended_at__isnull=True).update(ended_at=Now())


def attach(*, member: User, by: User, unknown: UnknownTag | None = None, code: str = "") -> Tag:
    """Makes a card that a kiosk did not know, or whose code is typed, the member's. The member is told.

    Raises TagTaken, CodeUnreadable, RoleMissing, OwnAccount, AccountFrozen.
    """
    digest = unknown.digest if unknown else digest_of(read(code))
    require_may_move(by.pk, roles=CARD_DESK, payees=[member.pk])
    try:
        with transaction.atomic():
            tag = Tag.objects.create(digest=digest, member=member, added_by=by)
            UnknownTag.objects.filter(digest=digest).delete()
            tell(member.pk, CARD_ADDED, actor=by.pk)
    except IntegrityError as error:
        if constraint_of(error) != "tag_of_one_member":
            raise
        raise TagTaken from error
    return tag


@transaction.atomic
def revoke_tag(tag: Tag) -> None:
    """The card opens no kiosk from now on, and a visit that began with one of its member's cards is over."""
    Tag.objects.filter(pk=tag.pk, revoked_at__isnull=True).update(revoked_at=Now())
    Visit.objects.filter(member=tag.member_id, how=Visit.How.CARD, ended_at__isnull=True).update(ended_at=Now())


def choose(member: User, *, in_list: bool, always_pin: bool) -> KioskChoice:
    chosen, _is_new = KioskChoice.objects.update_or_create(
        member=member, defaults={"in_list": in_list, "always_pin": always_pin}
    )
    return chosen


def own_tag(member: User, reference: UUID) -> Tag | None:
    """The member's card with this reference; None if it is somebody else's."""
    return Tag.objects.filter(member=member, reference=reference).first()


def forget_unknown_tags() -> int:
    """Deletes the unknown cards that are older than a day. Returns how many."""
    deleted, _by_model = UnknownTag.objects.filter(seen_at__lt=Now() - queries.KEPT).delete()
    return deleted

"""What attacks need of kiosks: a device with its token, a visit at one, and cards. Made through the services."""

from __future__ import annotations

from uuid import uuid4

from accounts.models import User
from shop.kiosk import service, visits
from shop.kiosk.codes import digest_of
from shop.models import KioskDevice, SalePoint, Tag, UnknownTag

IDLE_S = 3600  # longer than an attack


def a_kiosk() -> SalePoint:
    """A sale point for devices. An installation that has none gets one."""
    kiosk = SalePoint.Kind.KIOSK
    return SalePoint.objects.get_or_create(
        name="Attacked kiosk", defaults={"kind": kiosk, "currency_code": "GBP", "idle_s": IDLE_S}
    )[0]


def a_device(by: User) -> KioskDevice:
    """One that waits to be enrolled."""
    return service.new_device(sale_point=a_kiosk(), name="Attacked tablet", by=by)[0]


def an_enrolled_device(by: User) -> tuple[KioskDevice, str]:
    """With its token."""
    device, code = service.new_device(sale_point=a_kiosk(), name="Attacked tablet", by=by)
    token = service.enrol(code, origin=f"attack {uuid4()}")
    return KioskDevice.objects.select_related("sale_point").get(pk=device.pk), token


def a_device_with_visit(member: User, *, pin: str, by: User) -> str:
    """The token of a device at which this member stands, who has typed the PIN."""
    device, token = an_enrolled_device(by)
    reference = service.choose(member, in_list=True, always_pin=False).reference
    visits.prove(visits.begin_by_list(device, reference), pin)
    return token


def a_card_of(member: User, *, by: User) -> Tag:
    return service.attach(member=member, by=by, code=uuid4().hex)


def an_unknown_card(by: User) -> UnknownTag:
    """Nobody had typed the PIN when it was read."""
    return UnknownTag.objects.create(digest=digest_of(uuid4().hex.upper()), device=a_device(by))

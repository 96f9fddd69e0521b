"""What tests of kiosks need: an enrolled device with its browser, members in the list, and cards."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.test import Client
from django.urls import reverse

from accounts.models import User
from shop.kiosk import queries, service, visits
from shop.kiosk.access import COOKIE
from shop.models import KioskDevice, SalePoint, Tag, Variant, Visit
from tests.base import Answer
from tests.cast import PIN, person

from .goods import a_sale_point

CARD = "04A1B2C3"


def a_kiosk(**more: Any) -> SalePoint:
    """The fridge, where products of `goods` are sold, with these rules. Small amounts need no PIN."""
    point = a_sale_point()
    rules = {"pin": SalePoint.Pin.ABOVE, "no_pin_up_to_minor": 500, "no_pin_per_visit_minor": 1000}
    for name, value in (rules | more).items():
        setattr(point, name, value)
    point.save()
    return point


def a_device(name: str = "Fridge tablet", **rules: Any) -> tuple[KioskDevice, str]:
    """A new device that is enrolled, and its token."""
    device, code = service.new_device(sale_point=a_kiosk(**rules), name=name, by=person("tess"))
    token = service.enrol(code, origin=f"test {uuid4()}")
    return KioskDevice.objects.select_related("sale_point").get(pk=device.pk), token


def in_list(member: User, *, always_pin: bool = False) -> str:
    """The reference of the member in the list of names."""
    return str(service.choose(member, in_list=True, always_pin=always_pin).reference)


def a_card(member: User, code: str = CARD) -> Tag:
    return service.attach(member=member, by=person("cass"), code=code)


def a_visit(member: User, device: KioskDevice, *, pin: bool = True) -> Visit:
    """A visit by the list, with the PIN typed; or by a card."""
    if pin:
        in_list(member)
        visit = visits.begin_by_list(device, queries.choice_of(member).reference)
        visits.prove(visit, PIN)
        return visit
    if not queries.tags_of(member):
        a_card(member, f"{member.pk:08}")
    return visits.begin_by_card(device, f"{member.pk:08}", visit=None)


class Kiosk(Client):
    """The browser of a device. It sends what the forms of its last page would send."""

    def __init__(self, token: str, **defaults: Any) -> None:
        super().__init__(**defaults)
        self.cookies[COOKIE] = token
        self.last: Answer = self.get(reverse("kiosk:start"))

    def open(self) -> Answer:
        self.last = self.get(reverse("kiosk:start"))
        return self.last

    def send(self, address: str, **fields: Any) -> Answer:
        """Posts, and follows the redirect."""
        self.last = self.post(reverse(f"kiosk:{address}"), fields, follow=True)
        return self.last

    def of_visit(self, address: str, **fields: Any) -> Answer:
        return self.send(address, visit=str(self.last.context["visit"].reference), **fields)

    def buy(self, variant: Variant, shown: int, **fields: Any) -> Answer:
        key = self.last.context["page_key"]
        return self.of_visit("buy", key=str(key), buy=f"{variant.reference}.{shown}", **fields)

    def scan(self, code: str) -> Answer:
        return self.send("scan", code=code, page=str(self.last.context["page_key"]))

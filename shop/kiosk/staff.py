"""The entries for kiosks in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS, STAFF
from web.menus import StaffPage

from . import staff_views

STAFF_PAGES = [
    StaffPage(_("Kiosks"), "staff:kiosks", OVERSEERS),
    StaffPage(_("Kiosk cards"), "staff:kiosk_cards", STAFF),
]
STAFF_URLS = [
    path("shop/kiosks/", staff_views.kiosks, name="kiosks"),
    path("shop/kiosks/<uuid:reference>/revoke/", staff_views.revoke_kiosk, name="revoke_kiosk"),
    path("shop/cards/", staff_views.kiosk_cards, name="kiosk_cards"),
    path("shop/cards/unknown/<uuid:reference>/", staff_views.attach_card, name="attach_card"),
    path("shop/cards/<uuid:reference>/revoke/", staff_views.revoke_card, name="revoke_card"),
]

"""The entry for PIN resets in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import PIN_RESETS
from accounts.pins.queries import count_started
from web.menus import StaffPage

from . import views

STAFF_PAGES = [StaffPage(_("Lost PINs"), "staff:pin_resets", PIN_RESETS, waiting=count_started)]
STAFF_URLS = [
    path("lost-pins/", views.pin_resets, name="pin_resets"),
    path("lost-pins/<uuid:reference>/", views.pin_reset, name="pin_reset"),
]

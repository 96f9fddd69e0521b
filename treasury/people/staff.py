"""The entries for registering people in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import ADMINISTRATORS, OVERSEERS
from web.menus import StaffPage

from . import views

STAFF_PAGES = [
    StaffPage(_("Administrators"), "staff:administrators", ADMINISTRATORS),
    StaffPage(_("Roles"), "staff:roles", OVERSEERS),
    StaffPage(_("Merchants"), "staff:merchants", ADMINISTRATORS),
    StaffPage(_("Guests"), "staff:guests", ADMINISTRATORS, covers_below=True),
]
STAFF_URLS = [
    path("administrators/", views.administrators, name="administrators"),
    path("roles/", views.roles, name="roles"),
    path("merchants/", views.merchants, name="merchants"),
    path("guests/", views.guests, name="guests"),
    path("guests/<uuid:reference>/print/", views.print_card, name="print_card"),
]

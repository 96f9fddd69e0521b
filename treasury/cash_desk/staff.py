"""The cash desk's entry in staff's menu, and its addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import CASH_DESK
from web.menus import StaffPage

from . import views

STAFF_PAGES = [
    StaffPage(_("Cash desk"), "staff:cash", CASH_DESK),
]
STAFF_URLS = [
    path("cash/", views.cash, name="cash"),
    path("cash/waiting/<uuid:reference>/", views.cash_proposal, name="cash_proposal"),
    path("cash/<uuid:reference>/undo/", views.undo_cash, name="undo_cash"),
]

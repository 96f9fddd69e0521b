"""The entry for debts in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from web.menus import StaffPage

from . import staff_views

STAFF_PAGES = [StaffPage(_("Debts"), "staff:shop_debts", OVERSEERS, covers_below=True)]
STAFF_URLS = [
    path("shop/debts/", staff_views.debts, name="shop_debts"),
    path("shop/debts/debts.csv", staff_views.debts_csv, name="shop_debts_csv"),
    path("shop/debts/roles/", staff_views.role_limits, name="shop_role_limits"),
    path("shop/debts/<uuid:reference>/", staff_views.limit, name="shop_limit"),
]

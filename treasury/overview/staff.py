"""The overview's entries in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from web.menus import StaffPage

from . import views

STAFF_PAGES = [
    StaffPage(_("Dashboard"), "staff:dashboard", OVERSEERS),
    StaffPage(_("Accounts"), "staff:accounts", OVERSEERS),
    StaffPage(_("Transfers"), "staff:transfers", OVERSEERS),
]
STAFF_URLS = [
    path("", views.dashboard, name="dashboard"),
    path("accounts/", views.accounts, name="accounts"),
    path("transfers/", views.transfers, name="transfers"),
]

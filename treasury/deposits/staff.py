"""The entry for deposits in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from web.menus import StaffPage

from . import queries, views

STAFF_PAGES = [
    StaffPage(
        _("Deposits"),
        "staff:deposits",
        OVERSEERS,
        covers_below=True,
        waiting=queries.count_recalled,
    ),
]
STAFF_URLS = [
    path("deposits/", views.deposits, name="deposits"),
    path("deposits/<uuid:reference>/", views.deposit, name="deposit"),
    path("deposits/statements/<uuid:reference>/", views.statement, name="statement"),
]

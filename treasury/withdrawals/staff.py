"""The entry for withdrawals in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from web.menus import StaffPage

from . import queries, staff_views

STAFF_PAGES = [
    StaffPage(
        _("Withdrawals"),
        "staff:withdrawals",
        OVERSEERS,
        covers_below=True,
        waiting=queries.count_open,
    ),
]
STAFF_URLS = [
    path("withdrawals/", staff_views.withdrawals, name="withdrawals"),
    path("withdrawals/<uuid:reference>/", staff_views.withdrawal, name="withdrawal"),
    path("withdrawals/new-file/<int:number>/", staff_views.new_payout_file, name="new_payout_file"),
    path("withdrawals/files/<uuid:reference>/", staff_views.payout_file, name="payout_file"),
    path("withdrawals/files/<uuid:reference>/download/", staff_views.download_payout_file, name="download_payout_file"),
]

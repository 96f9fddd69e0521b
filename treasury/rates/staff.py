"""The entry for rates in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from web.menus import StaffPage

from . import queries, views

STAFF_PAGES = [
    StaffPage(_("Exchange rates"), "staff:rates", OVERSEERS, covers_below=True, waiting=queries.count_waiting),
]
STAFF_URLS = [
    path("rates/", views.rates, name="rates"),
    path("rates/of/<str:code>/", views.rate_history, name="rate_history"),
    path("rates/of/<str:code>/set/", views.set_rate, name="set_rate"),
    path("rates/<uuid:reference>/", views.rate_row, name="rate_row"),
    path("rates/<uuid:reference>/confirm/", views.confirm_rate, name="confirm_rate"),
]

"""The entry for imports in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from web.menus import StaffPage

from . import views

STAFF_PAGES = [StaffPage(_("Imports"), "staff:imports", OVERSEERS, covers_below=True)]
STAFF_URLS = [
    path("imports/", views.imports, name="imports"),
    path("imports/<uuid:reference>/", views.one_import, name="import"),
    path("imports/<uuid:reference>/products/", views.products, name="import_products"),
    path("imports/<uuid:reference>/choose/", views.choose_for_all, name="import_choices"),
    path("imports/<uuid:reference>/cancel/", views.cancel, name="cancel_import"),
    path("imports/<uuid:reference>/result.csv", views.results, name="import_results"),
    path("imports/<uuid:reference>/cards/", views.cards, name="import_cards"),
    path("imports/<uuid:reference>/undo/", views.undo, name="undo_import"),
    path("imports/people/<uuid:reference>/", views.row, name="import_row"),
]

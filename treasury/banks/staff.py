"""The entry for banks in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import ADMINISTRATORS
from web.menus import StaffPage

from . import views

STAFF_PAGES = [StaffPage(_("Banks"), "staff:banks", ADMINISTRATORS, covers_below=True)]
STAFF_URLS = [
    path("banks/", views.banks, name="banks"),
    path("banks/confirm/<uuid:reference>/", views.confirm_bank, name="confirm_bank"),
    path("banks/<str:username>/", views.bank, name="bank"),
    path("banks/<str:username>/token/", views.bank_token, name="bank_token"),
    path("banks/<str:username>/revoke/", views.revoke_bank_tokens, name="revoke_bank_tokens"),
]

"""The entry for the outbox in staff's menu, and its addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import ADMINISTRATORS
from web.menus import StaffPage

from . import views

STAFF_PAGES = [StaffPage(_("Outbox"), "staff:outbox", ADMINISTRATORS)]
STAFF_URLS = [
    path("outbox/", views.outbox, name="outbox"),
    path("outbox/again/", views.try_all_again, name="try_mail_again"),
    path("outbox/<uuid:reference>/again/", views.try_one_again, name="try_letter_again"),
    path("outbox/test/", views.test_letter, name="test_letter"),
]

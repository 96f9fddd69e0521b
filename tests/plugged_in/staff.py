"""The entry in the staff menu, with its address."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from web.menus import StaffPage

from . import views

STAFF_PAGES = [StaffPage(_("Pledges"), "staff:pledges", OVERSEERS)]
STAFF_URLS = [path("pledges/", views.pledges, name="pledges")]

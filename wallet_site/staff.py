"""The site's entries in staff's menu: the health of the installation and, as the last one, Django's admin."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import ADMINISTRATORS, OVERSEERS
from web.menus import StaffPage

from . import health_page

STAFF_PAGES = [
    StaffPage(_("Health"), "staff:health", OVERSEERS),
    StaffPage(_("Records"), "admin:index", ADMINISTRATORS),
]
STAFF_URLS = [path("health/", health_page.health, name="health")]

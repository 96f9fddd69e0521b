"""The entry for Django's admin, the last one in staff's menu."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import ADMINISTRATORS
from web.menus import StaffPage

STAFF_PAGES = [StaffPage(_("Records"), "admin:index", ADMINISTRATORS)]

"""The entry for tills in staff's menu. Their pages are under /shop/till/."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from accounts.people.roles import CASH_DESK
from web.menus import StaffPage

STAFF_PAGES = [StaffPage(_("Till"), "shop:tills", CASH_DESK, covers_below=True)]

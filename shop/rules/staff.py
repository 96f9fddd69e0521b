"""The entry for the rules in staff's menu, and their address."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from web.menus import StaffPage

from . import staff_views

STAFF_PAGES = [StaffPage(_("Rules"), "staff:shop_rules", OVERSEERS)]
STAFF_URLS = [path("shop/rules/", staff_views.rules, name="shop_rules")]

"""The entry for sale points in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from web.menus import StaffPage

from . import staff_views

STAFF_PAGES = [StaffPage(_("Sale points"), "staff:shop_sale_points", OVERSEERS, covers_below=True)]
STAFF_URLS = [
    path("shop/sale-points/", staff_views.sale_points, name="shop_sale_points"),
    path("shop/sale-points/<uuid:reference>/", staff_views.sale_point, name="shop_sale_point"),
]

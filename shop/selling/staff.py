"""The entries for the shop's orders and sales in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from shop.desks import of_treasury
from web.menus import StaffPage

from . import views

STAFF_PAGES = [
    StaffPage(_("Orders"), "staff:shop_orders", OVERSEERS, covers_below=True),
    StaffPage(_("Sales"), "staff:shop_sales", OVERSEERS),
]
STAFF_URLS = [
    path("shop/orders/", of_treasury(views.orders), name="shop_orders"),
    path("shop/orders/<uuid:reference>/", of_treasury(views.order), name="shop_order"),
    path("shop/sales/", of_treasury(views.sales), name="shop_sales"),
    path("shop/sales/<slug:report>.csv", of_treasury(views.sales_file), name="shop_sales_file"),
]

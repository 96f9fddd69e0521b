"""The entry for products in staff's menu, and their addresses."""

from __future__ import annotations

from django.urls import path
from django.utils.translation import gettext_lazy as _

from accounts.people.roles import OVERSEERS
from shop.desks import of_treasury
from web.menus import StaffPage

from . import views

STAFF_PAGES = [StaffPage(_("Products"), "staff:shop_products", OVERSEERS, covers_below=True)]
STAFF_URLS = [
    path("shop/products/", of_treasury(views.products), name="shop_products"),
    path("shop/products/new/", of_treasury(views.new_product), name="shop_new_product"),
    path("shop/products/<uuid:reference>/", of_treasury(views.product), name="shop_product"),
    path("shop/products/variants/<uuid:reference>/", of_treasury(views.variant), name="shop_variant"),
]

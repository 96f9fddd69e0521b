"""The addresses of stocks for staff. In the menu, they are below products."""

from __future__ import annotations

from django.urls import path

from shop.desks import of_treasury

from . import views

STAFF_URLS = [
    path("shop/products/stock/", of_treasury(views.stock), name="shop_stock"),
    path("shop/products/stock/<uuid:reference>/", of_treasury(views.variant_stock), name="shop_variant_stock"),
    path("shop/products/stock-takes/<uuid:reference>/", of_treasury(views.stock_take), name="shop_stock_take"),
]

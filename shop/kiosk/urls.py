"""The pages of kiosks, under /kiosk/: the device's cookie goes to them alone."""

from __future__ import annotations

from django.urls import path

from . import buying_views, views

app_name = "kiosk"
urlpatterns = [
    path("", views.start, name="start"),
    path("enrol/", views.enrol, name="enrol"),
    path("sign-in/", views.sign_in, name="sign_in"),
    path("pin/", views.pin, name="pin"),
    path("leave/", views.leave, name="leave"),
    path("scan/", buying_views.scan, name="scan"),
    path("buy/", buying_views.buy, name="buy"),
    path("undo/", buying_views.undo, name="undo"),
    path("top-up/", buying_views.top_up, name="top_up"),
]

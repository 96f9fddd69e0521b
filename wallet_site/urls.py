"""The site map."""

from django.contrib import admin
from django.urls import include, path

from payments.views import receipts

from . import api_docs, health, staff_views, views
from .api import api, nothing_here

handler500 = "wallet_site.views.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("status/", views.status, name="status"),
    path("verify/", receipts.verify, name="verify"),
    path("accounts/", include("accounts.urls")),
    path("payments/", include("payments.urls")),
    path("staff/administrators/", staff_views.administrators, name="administrators"),
    path("staff/merchants/", staff_views.merchants, name="merchants"),
    path("staff/", include("payments.staff.urls")),
    path("conversion/", include("conversion.urls")),
    path("api/docs", api_docs.docs, name="api_docs"),
    path("api/openapi.json", api_docs.openapi, name="openapi"),
    path("api/", api.urls),
    path("api/<path:rest>", nothing_here),
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]

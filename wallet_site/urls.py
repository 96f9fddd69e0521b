"""The site map."""

from django.contrib import admin
from django.urls import include, path

from . import health, staff_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("status/", views.status, name="status"),
    path("accounts/", include("accounts.urls")),
    path("payments/", include("payments.urls")),
    path("staff/administrators/", staff_views.administrators, name="administrators"),
    path("staff/", include("payments.staff.urls")),
    path("conversion/", include("conversion.urls")),
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]

"""The site map."""

from django.contrib import admin
from django.urls import include, path

from api import docs
from api.face import api
from payments.history.views import verify
from payments.registration.views import sign_up
from treasury.people.views import administrators, merchants

from . import health, views
from .json_face import nothing_here

handler500 = "wallet_site.views.server_error"

urlpatterns = [
    path("", views.home, name="home"),
    path("status/", views.status, name="status"),
    path("verify/", verify, name="verify"),
    path("accounts/signup/", sign_up, name="account_signup"),
    path("accounts/", include("accounts.urls")),
    path("payments/", include("payments.urls")),
    path("staff/administrators/", administrators, name="administrators"),
    path("staff/merchants/", merchants, name="merchants"),
    path("staff/", include("treasury.urls")),
    path("conversion/", include("conversion.urls")),
    path("api/docs", docs.docs, name="api_docs"),
    path("api/openapi.json", docs.openapi, name="openapi"),
    path("api/", api.urls),
    path("api/<path:rest>", nothing_here),
    path("admin/", admin.site.urls),
    path("livez", health.livez, name="livez"),
    path("readyz", health.readyz, name="readyz"),
]

"""All addresses of the site: each room's pages are under /<room>/, the staff pages of all rooms under /staff/."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from api import docs
from api.face import api
from outbox.events.views import event_schema
from outbox.live.views import live
from payments.history.views import verify
from payments.registration.views import sign_up, waits
from payments.top_ups.ways import top_up_panels
from web.menus import staff_pages

from . import probes, views
from .json_face import nothing_here
from .plugs import gather, rooms_with

handler500 = "wallet_site.views.server_error"

staff_pages[:] = gather("staff", "STAFF_PAGES")
top_up_panels[:] = gather("panels", "TOP_UP_PANELS")

urlpatterns = [
    path("", views.home, name="home"),
    path("status/", views.status, name="status"),
    path("verify/", verify, name="verify"),
    path("live/", live, name="live"),
    # Signing up also opens a wallet, so `payments` has this page, and it comes before allauth's page at this address.
    path("accounts/signup/", sign_up, name="account_signup"),
    path("accounts/signup/waiting/", waits, name="sign_up_waits"),
    path("accounts/signup/<slug:invitation>/", sign_up, name="sign_up_invited"),
    *(path(f"{room}/", include(f"{name}.urls")) for room, name in rooms_with("urls") if room != "wallet_site"),
    path("kiosk/", include("shop.kiosk.urls")),
    path("staff/", include((list(gather("staff", "STAFF_URLS")), "staff"))),
    # The pages under the names that the JSON wallet's first users know. Signing out stays a POST.
    path("signup", require_safe(RedirectView.as_view(pattern_name="account_signup"))),
    path("login", require_safe(RedirectView.as_view(pattern_name="account_login"))),
    path("logout", require_safe(RedirectView.as_view(pattern_name="account_logout"))),
    path("api/docs", docs.docs, name="api_docs"),
    path("api/openapi.json", docs.openapi, name="openapi"),
    path("api/events/<str:type>.json", event_schema, name="event_schema"),
    path("api/", include("treasury.json_wallet.urls")),
    path("api/", api.urls),
    path("api/<path:rest>", nothing_here),
    path("admin/", admin.site.urls),
    path("authority.crt", views.authority, name="authority"),
    path("livez", probes.livez, name="livez"),
    path("readyz", probes.readyz, name="readyz"),
    path("metrics", probes.metrics, name="metrics"),
]

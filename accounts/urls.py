from django.urls import include, path

from .people.views import Address, profile, security
from .pins.views import change_pin, new_pin
from .tokens.views import new_token, revoke_token, token_use, tokens

urlpatterns = [
    path("email/", Address.as_view(), name="account_email"),
    path("security/", security, name="security"),
    path("security/pin/", new_pin, name="new_pin"),
    path("security/pin/change/", change_pin, name="change_pin"),
    path("tokens/", tokens, name="tokens"),
    path("tokens/new/", new_token, name="new_token"),
    path("tokens/<uuid:reference>/", token_use, name="token_use"),
    path("tokens/<uuid:reference>/revoke/", revoke_token, name="revoke_token"),
    path("profile/", profile, name="profile"),
    path("", include("allauth.urls")),
]

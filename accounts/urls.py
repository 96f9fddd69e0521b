from django.urls import include, path

from .claims.views import claim
from .people.views import Address, address_unconfirmed, profile, second_factor, security
from .pins.views import change_pin, new_pin, pin_reset, pin_reset_letter, pin_with_code
from .tokens.views import new_token, revoke_token, token_use, tokens

urlpatterns = [
    path("email/", Address.as_view(), name="account_email"),
    path("card/", claim, name="claim"),
    path("confirm-email/", address_unconfirmed, name="account_email_verification_sent"),
    path("security/", security, name="security"),
    path("security/second-factor/", second_factor, name="second_factor"),
    path("security/pin/", new_pin, name="new_pin"),
    path("security/pin/change/", change_pin, name="change_pin"),
    path("security/pin/code/", pin_with_code, name="pin_with_code"),
    path("security/pin/reset/", pin_reset, name="pin_reset"),
    path("security/pin/reset/<str:token>/", pin_reset_letter, name="pin_reset_letter"),
    path("tokens/", tokens, name="tokens"),
    path("tokens/new/", new_token, name="new_token"),
    path("tokens/<uuid:reference>/", token_use, name="token_use"),
    path("tokens/<uuid:reference>/revoke/", revoke_token, name="revoke_token"),
    path("profile/", profile, name="profile"),
    path("", include("allauth.urls")),
]

from django.urls import include, path

from . import token_views, views

urlpatterns = [
    path("signup/", views.sign_up, name="account_signup"),
    path("security/", views.security, name="security"),
    path("security/pin/", views.new_pin, name="new_pin"),
    path("security/pin/change/", views.change_pin, name="change_pin"),
    path("tokens/", token_views.tokens, name="tokens"),
    path("tokens/new/", token_views.new_token, name="new_token"),
    path("tokens/<uuid:reference>/revoke/", token_views.revoke_token, name="revoke_token"),
    path("profile/", views.profile, name="profile"),
    path("", include("allauth.urls")),
]

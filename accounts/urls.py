from django.urls import include, path

from . import views

urlpatterns = [
    path("signup/", views.sign_up, name="account_signup"),
    path("security/", views.security, name="security"),
    path("security/pin/", views.new_pin, name="new_pin"),
    path("security/pin/change/", views.change_pin, name="change_pin"),
    path("profile/", views.profile, name="profile"),
    path("", include("allauth.urls")),
]

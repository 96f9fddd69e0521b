from django.urls import path

from . import views

urlpatterns = [
    path("signup", views.signup),
    path("login", views.login),
    path("logout", views.logout),
    path("wallet", views.wallet),
    path("external_to_wallet", views.external_to_wallet),
    path("wallet_to_wallet", views.wallet_to_wallet),
]

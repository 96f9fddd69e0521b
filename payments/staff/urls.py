from django.urls import path

from . import views

app_name = "staff"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("accounts/", views.accounts, name="accounts"),
    path("transfers/", views.transfers, name="transfers"),
    path("cash/", views.cash, name="cash"),
    path("cash/<uuid:reference>/undo/", views.undo_cash, name="undo_cash"),
]

from django.urls import path

from . import mass_payments, views

app_name = "staff"
urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("accounts/", views.accounts, name="accounts"),
    path("transfers/", views.transfers, name="transfers"),
    path("cash/", views.cash, name="cash"),
    path("cash/<uuid:reference>/undo/", views.undo_cash, name="undo_cash"),
    path("mass-payments/", mass_payments.mass_payments, name="mass_payments"),
    path("mass-payments/<uuid:reference>/", mass_payments.mass_payment, name="mass_payment"),
    path("mass-payments/<uuid:reference>/cancel/", mass_payments.cancel_mass_payment, name="cancel_mass_payment"),
    path("mass-payments/<uuid:reference>/declined/", mass_payments.pay_declined, name="pay_declined"),
    path("mass-payments/<uuid:reference>/results.csv", mass_payments.mass_payment_results, name="mass_payment_results"),
]

from django.urls import path

from .cash_desk import views as cash_desk
from .mass_payments import views as mass_payments
from .overview import views as overview

app_name = "staff"
urlpatterns = [
    path("", overview.dashboard, name="dashboard"),
    path("accounts/", overview.accounts, name="accounts"),
    path("transfers/", overview.transfers, name="transfers"),
    path("cash/", cash_desk.cash, name="cash"),
    path("cash/<uuid:reference>/undo/", cash_desk.undo_cash, name="undo_cash"),
    path("mass-payments/", mass_payments.mass_payments, name="mass_payments"),
    path("mass-payments/<uuid:reference>/", mass_payments.mass_payment, name="mass_payment"),
    path("mass-payments/<uuid:reference>/cancel/", mass_payments.cancel_mass_payment, name="cancel_mass_payment"),
    path("mass-payments/<uuid:reference>/declined/", mass_payments.pay_declined, name="pay_declined"),
    path("mass-payments/<uuid:reference>/results.csv", mass_payments.mass_payment_results, name="mass_payment_results"),
]

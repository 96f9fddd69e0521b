from django.urls import path

from .deposits import views
from .imports import views as imports
from .payout_accounts import views as payout_accounts
from .withdrawals import views as withdrawals

app_name = "treasury"
urlpatterns = [
    path("bank/", views.own_bank, name="own_bank"),
    path("before/", imports.before, name="before"),
    path("before/transactions.csv", imports.lines_before, name="lines_before"),
    path("withdraw/", withdrawals.withdraw, name="withdraw"),
    path("withdraw/accounts/", payout_accounts.payout_accounts, name="payout_accounts"),
    path(
        "withdraw/accounts/<uuid:reference>/remove/",
        payout_accounts.remove_payout_account,
        name="remove_payout_account",
    ),
    path("withdraw/<uuid:reference>/", withdrawals.withdrawal, name="withdrawal"),
    path("withdraw/<uuid:reference>/cancel/", withdrawals.cancel_withdrawal, name="cancel_withdrawal"),
]

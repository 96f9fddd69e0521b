from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    """Staff's pages, the cash desk, mass payments, banks, deposits and withdrawals, rates, and the JSON wallet."""

    name = "treasury"
    features = (
        "overview",
        "mass_payments",
        "deposits",
        "withdrawals",
        "payout_accounts",
        "cash_desk",
        "pin_resets",
        "people",
        "banks",
        "imports",
        "rates",
        "new_members",
        "json_wallet",
    )

from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    """Staff's pages, the cash desk, mass payments, banks and their deposits, and the JSON wallet."""

    name = "treasury"
    features = (
        "overview",
        "mass_payments",
        "deposits",
        "cash_desk",
        "pin_resets",
        "people",
        "banks",
        "new_members",
        "json_wallet",
    )

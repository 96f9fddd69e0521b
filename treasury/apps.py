from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    """Staff's pages, the cash desk and mass payments."""

    name = "treasury"
    features = ("overview", "mass_payments", "cash_desk", "pin_resets", "people", "new_members")

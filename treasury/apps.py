from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    """Money in and out, and staff's pages."""

    name = "treasury"
    features = ("overview", "mass_payments", "cash_desk", "people")

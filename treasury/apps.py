from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    """Money in and out, and staff's pages."""

    name = "treasury"

from django.apps import AppConfig


class ConversionConfig(AppConfig):
    """Money's arithmetic: a leaf that knows currencies, rounding and rates, and nothing of people or wallets."""

    name = "conversion"

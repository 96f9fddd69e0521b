from django.apps import AppConfig


class ConversionConfig(AppConfig):
    """Arithmetic with money: currencies, amounts, rounding and rates. It knows nothing of people or wallets."""

    name = "conversion"

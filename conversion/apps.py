from django.apps import AppConfig


class ConversionConfig(AppConfig):
    """Arithmetic with money: currencies, amounts, rounding and rates. It knows nothing of people or wallets."""

    name = "conversion"

    def ready(self) -> None:
        from .closed_units import closed_unit
        from .money import closed_units

        closed_units[:] = [closed_unit]

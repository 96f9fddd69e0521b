from django.apps import AppConfig


class WalletSiteConfig(AppConfig):
    """The wiring: knows every app, holds no business rule."""

    name = "wallet_site"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - importing registers them

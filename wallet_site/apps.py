from django.apps import AppConfig


class WalletSiteConfig(AppConfig):
    """The wiring: knows every app, holds no business rule."""

    name = "wallet_site"

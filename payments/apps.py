"""The heart: wallets and the ledger."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class PaymentsConfig(AppConfig):
    name = "payments"

    def ready(self) -> None:
        from .install import install_ledger

        post_migrate.connect(install_ledger, sender=self)

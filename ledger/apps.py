from django.apps import AppConfig
from django.db.backends.signals import connection_created


class LedgerConfig(AppConfig):
    """The ledger: wallets, transfers, entries and holds. It knows people only by their ids."""

    name = "ledger"

    def ready(self) -> None:
        from .installations import require_own

        connection_created.connect(require_own)

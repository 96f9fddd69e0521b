from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """Wallets, transfers, entries, holds: the books. Of people it knows ids."""

    name = "ledger"

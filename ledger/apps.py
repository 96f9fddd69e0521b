from django.apps import AppConfig


class LedgerConfig(AppConfig):
    """The ledger: wallets, transfers, entries and holds. It knows people only by their ids."""

    name = "ledger"

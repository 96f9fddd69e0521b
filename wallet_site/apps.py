from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class WalletSiteConfig(AppConfig):
    """The wiring: it knows every room and gathers what each brings. It has no business rules."""

    name = "wallet_site"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - the import registers the checks
        from .install_sql import install_sql
        from .plugs import plug_in

        plug_in()
        # After all migrations, Django sends this signal once for each app that has models. Once is enough here.
        post_migrate.connect(install_sql, sender=apps.get_app_config("ledger"))

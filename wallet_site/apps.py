from django.apps import AppConfig, apps
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate


class WalletSiteConfig(AppConfig):
    """The wiring: it knows every room and gathers what each brings. It has no business rules."""

    name = "wallet_site"

    def ready(self) -> None:
        from . import checks  # noqa: F401 - the import registers the checks
        from .disk import notice_when_full
        from .install_sql import install_sql
        from .plugs import plug_in

        plug_in()
        connection_created.connect(notice_when_full)
        # After all migrations, Django sends this signal once for each app that has models. Once is enough here.
        post_migrate.connect(install_sql, sender=apps.get_app_config("ledger"))

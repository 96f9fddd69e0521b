from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate


class WalletSiteConfig(AppConfig):
    """The wiring: knows every app, gathers what each brings, holds no business rule."""

    name = "wallet_site"

    def ready(self) -> None:
        from api import codes
        from conversion import errors
        from ledger import audit

        from . import checks  # noqa: F401 - importing registers them
        from .install_sql import install_sql
        from .plugs import gather, gather_errors

        for laws in gather("laws", "LAWS"):
            audit.register(laws)
        codes.register(gather_errors())
        for steps in gather("next_steps", "NEXT_STEPS"):
            errors.register_next_steps(steps)
        # Django sends the signal once for each app that has models, when all are migrated: one is enough.
        post_migrate.connect(install_sql, sender=apps.get_app_config("ledger"))

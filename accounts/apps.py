from django.apps import AppConfig
from django.contrib.auth.signals import user_logged_in


class AccountsConfig(AppConfig):
    """People's accounts: profile, sign-in, role, PIN and access tokens."""

    name = "accounts"
    features = ("people", "pins", "tokens", "claims")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from .people.devices import mark_signed_in

        user_logged_in.connect(mark_signed_in)

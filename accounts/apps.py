from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People's accounts: profile, sign-in, role, PIN and access tokens."""

    name = "accounts"
    features = ("people", "pins", "tokens")
    default_auto_field = "django.db.models.BigAutoField"

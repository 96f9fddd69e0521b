from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """People: who they are, how they sign in, their PIN and their role."""

    name = "accounts"
    features = ("people", "pins", "tokens")
    default_auto_field = "django.db.models.BigAutoField"

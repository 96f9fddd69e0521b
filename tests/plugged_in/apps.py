from django.apps import AppConfig


class PluggedInConfig(AppConfig):
    """Pledges: a transfer with a row beside it."""

    name = "tests.plugged_in"

from django.apps import AppConfig


class PluggedInConfig(AppConfig):
    """Pledges: each is a transfer, and a row in a table of this app."""

    name = "tests.plugged_in"

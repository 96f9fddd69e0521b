from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    """What `./wallet run` and `./wallet dev` need: supervisor, embedded PostgreSQL, certificates and database roles."""

    name = "runtime"

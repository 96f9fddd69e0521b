from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    """`./wallet run`: the supervisor, the embedded PostgreSQL, certificates and database roles."""

    name = "runtime"

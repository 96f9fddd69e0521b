from django.apps import AppConfig


class RuntimeConfig(AppConfig):
    """What `./wallet run` and `./wallet dev` need: supervisor, front, embedded PostgreSQL and database roles."""

    name = "runtime"

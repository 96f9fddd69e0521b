from django.apps import AppConfig


class LabConfig(AppConfig):
    """Throwaway installations for `./wallet bench`, which measures one, and `./wallet torture`, which attacks one."""

    name = "lab"

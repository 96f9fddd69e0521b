from django.apps import AppConfig


class LabConfig(AppConfig):
    """Throwaway installations for `./wallet bench`, which measures one, `./wallet torture` and `./wallet attack`."""

    name = "lab"

from django.apps import AppConfig


class LabConfig(AppConfig):
    """Installations that are thrown away: `./wallet bench` measures one, `./wallet torture` attacks one."""

    name = "lab"

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """What happened, told to whom it concerns, with ids alone; so that accounts can tell, too."""

    name = "events"

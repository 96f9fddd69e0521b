from django.apps import AppConfig


class EventsConfig(AppConfig):
    """Notifications to members. They know people only by their ids, so that the room `accounts` can send them, too."""

    name = "events"

from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Delivery to inboxes and to other programs. The process `messenger` does it."""

    name = "outbox"
    features = ("events", "webhooks", "letters", "preferences", "statements", "mail", "live")

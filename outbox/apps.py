from django.apps import AppConfig


class OutboxConfig(AppConfig):
    """Delivery: what leaves this installation, to programs and by mail, and the process that brings it there."""

    name = "outbox"

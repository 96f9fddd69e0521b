from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """The room of members' payments: transfers, requests, holds, top-ups, registration, and their pages."""

    name = "payments"
    features = (
        "history",
        "transfers",
        "requests",
        "holds",
        "reversals",
        "top_ups",
        "people",
        "notifications",
        "registration",
    )

    def ready(self) -> None:
        from .requests import payables  # noqa: F401 - the import registers payment requests as payables

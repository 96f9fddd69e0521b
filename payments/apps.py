from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Members' money: transfers, requests, holds, top-ups, and the pages that show them."""

    name = "payments"
    features = ("history", "transfers", "requests", "holds", "reversals", "top_ups", "notifications", "registration")

    def ready(self) -> None:
        from .requests import payables  # noqa: F401 - importing registers what a quote may pay for

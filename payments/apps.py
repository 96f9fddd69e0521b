from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    """Members' money: sending, asking, setting aside, topping up, and what they see of it."""

    name = "payments"
    features = ("history", "transfers", "requests", "holds", "reversals", "top_ups", "notifications", "registration")

    def ready(self) -> None:
        from .requests import payables  # noqa: F401 - importing registers what a quote may pay for

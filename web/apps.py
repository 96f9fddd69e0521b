from django.apps import AppConfig


class WebConfig(AppConfig):
    """What all rooms' pages share: form fields, refusals, paging, template tags, middlewares."""

    name = "web"

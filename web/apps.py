from django.apps import AppConfig


class WebConfig(AppConfig):
    """What pages share: form fields, refusals, paging, template tags, middlewares."""

    name = "web"

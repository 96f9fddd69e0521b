from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What JSON operations share: keys, problems, access, paging, fields and the OpenAPI document."""

    name = "api"

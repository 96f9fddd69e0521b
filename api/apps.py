from django.apps import AppConfig


class ApiConfig(AppConfig):
    """What all operations of the JSON API share: keys, problems, scopes, paging, fields and the OpenAPI document."""

    name = "api"

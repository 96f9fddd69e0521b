"""PostgreSQL types Django has no field for."""

from django.db import models


class XidField(models.Field):
    """A transaction id (`xid8`): the order in which entries are settled and seals are made."""

    def db_type(self, connection: object) -> str:
        return "xid8"

"""Model fields for types of PostgreSQL that Django has no field for."""

from django.db import models


class XidField(models.Field):
    """The id of a database transaction (`xid8`). Entries are settled, and seals are made, in the order of these ids."""

    def db_type(self, connection: object) -> str:
        return "xid8"


class SnapshotField(models.Field):
    """A snapshot of the database (`pg_snapshot`): which database transactions were committed at a moment."""

    def db_type(self, connection: object) -> str:
        return "pg_snapshot"

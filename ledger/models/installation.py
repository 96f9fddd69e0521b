from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Installation(models.Model):
    """Which installation the database belongs to: the newest row. Older rows are those that it belonged to before.

    `code` is the installation's `settings.INSTALLATION_ID`. Only the owner role writes here.
    """

    code = models.CharField(max_length=32)
    adopted_at = models.DateTimeField(db_default=Now())

    def __str__(self) -> str:
        return self.code

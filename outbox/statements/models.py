from __future__ import annotations

from django.db import models


class StatementRun(models.Model):
    """How far the statements of one month are written: in the order of people's ids, up to `last_user`."""

    month = models.DateField(primary_key=True)  # its first day
    last_user = models.BigIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

from __future__ import annotations

from django.db import models


class StatementRun(models.Model):
    """How far the letters of one topic and month are written: in the order of people's ids, up to `last_user`."""

    topic = models.TextField()
    month = models.DateField()  # its first day
    last_user = models.BigIntegerField(default=0)
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(name="statements_run_once_a_month", fields=["topic", "month"])]

    def __str__(self) -> str:
        return f"{self.topic} {self.month:%Y-%m}"

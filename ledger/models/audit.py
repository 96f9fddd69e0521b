from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class AuditRun(models.Model):
    """One run of the audit: when it ran, and how many rows broke a law."""

    at = models.DateTimeField(db_default=Now())
    breaches = models.IntegerField()

    class Meta:
        indexes = [models.Index(name="audit_run_newest", fields=["-at"])]

    def __str__(self) -> str:
        return f"{self.at}: {self.breaches}"

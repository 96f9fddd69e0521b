"""What was found when the books were looked at: by the audit, and by the verification of the chain."""

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


class VerificationRun(models.Model):
    """One verification of the chain: when it ended, how many seals it recomputed, and how many findings it had."""

    at = models.DateTimeField(db_default=Now())
    seals = models.BigIntegerField()
    findings = models.IntegerField()

    class Meta:
        indexes = [models.Index(name="verification_run_newest", fields=["-at"])]

    def __str__(self) -> str:
        return f"{self.at}: {self.seals} seals, {self.findings} findings"

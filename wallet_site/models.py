"""What the site itself stores."""

from __future__ import annotations

from django.db import models


class JobRun(models.Model):
    """The memory of one job: when it last began, ended and succeeded, and since when it fails. One row for each job.

    `reason` is the name of the exception's class, never its text, which may hold what people typed. No column but the
    key has an index, so that PostgreSQL writes a new version of the row into the same page and cleans up behind it.
    """

    job = models.TextField(primary_key=True)
    last_began_at = models.DateTimeField(null=True)
    last_ended_at = models.DateTimeField(null=True)
    last_succeeded_at = models.DateTimeField(null=True)
    failed_since = models.DateTimeField(null=True)
    reason = models.TextField()

    def __str__(self) -> str:
        return self.job

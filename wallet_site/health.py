"""The health of the site: the database, its schema and its disk, and whether the worker does its jobs."""

from __future__ import annotations

from functools import cache, partial

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.db.models import Max
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.readings import Check, Reading, in_words
from ledger.timestamps import database_now

from . import disk
from .models import JobRun
from .worker import Job, jobs

# A job is late after two of its periods and this: longer than a restart of the worker and a turn of the others.
GRACE_S = 60.0
# Every job that runs each second is remembered every ten seconds, so a worker that lives has given a newer sign.
WORKER_IS_LATE_AFTER_S = 60.0


def database() -> Reading:
    """Raises OperationalError where no connection opens. This check is the first of a look, so it opens a new one."""
    version = ".".join(str(part) for part in connection.get_database_version())
    return Reading(True, _("PostgreSQL %(version)s answers.") % {"version": version})


def migrations() -> Reading:
    applied = set(MigrationRecorder(connection).migration_qs.values_list("app", "name"))
    missing = [f"{app}.{name}" for app, name in sorted(_on_disk() - applied)]
    if missing:
        return Reading(False, _("Not applied: %(missing)s. Run ./wallet migrate.") % {"missing": ", ".join(missing)})
    return Reading(True, _("The schema is that of this version."))


@cache
def _on_disk() -> set[tuple[str, str]]:
    """The app and the name of every migration of this version. Reading them takes too long to do it at each look."""
    return set(MigrationLoader(None).disk_migrations)


def worker() -> Reading:
    newest = JobRun.objects.aggregate(at=Max(Greatest("last_began_at", "last_ended_at")))["at"]
    if newest is None:
        return Reading(False, _("The worker has not done anything yet."))
    age_s = (database_now() - newest).total_seconds()
    says = _("The last sign of life is %(age)s old.") % {"age": in_words(age_s)}
    return Reading(age_s <= WORKER_IS_LATE_AFTER_S, says, age_s, "seconds")


def job(done: Job) -> Reading:
    """Whether the job succeeded within two of its periods and GRACE_S, and has not failed for longer than GRACE_S."""
    run = JobRun.objects.filter(job=done.name).first()
    if run is None or run.last_succeeded_at is None:
        return Reading(False, _("This job has not succeeded yet.") + (_failing(run) if run else ""))
    age_s = (database_now() - run.last_succeeded_at).total_seconds()
    says = _("Succeeded %(age)s ago.") % {"age": in_words(age_s)}
    is_well = age_s <= 2 * done.every_s + GRACE_S
    if run.failed_since:
        says += _failing(run)
        is_well = is_well and (database_now() - run.failed_since).total_seconds() <= GRACE_S
    return Reading(is_well, says, age_s, "seconds")


def _failing(run: JobRun) -> str:
    if run.failed_since is None:
        return ""
    age_s = (database_now() - run.failed_since).total_seconds()
    return " " + _("It has failed for %(age)s (%(reason)s).") % {"age": in_words(age_s), "reason": run.reason}


CHECKS = [
    Check("database", gettext_lazy("Database"), database, needed=True),
    Check("migrations", gettext_lazy("Schema"), migrations, needed=True),
    Check("room to write", gettext_lazy("Room to write"), disk.room_to_write, needed=True, asks_database=False),
    Check("disk", gettext_lazy("Free disk space"), disk.space, asks_database=False),
    Check("worker", gettext_lazy("Worker"), worker),
    *(Check(f"job: {each.name}", each.name[:1].upper() + each.name[1:], partial(job, each)) for each in jobs()),
]

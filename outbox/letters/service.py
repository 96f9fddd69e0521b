"""Writing the letters of notifications: one letter for each, or one for many.

A notification that wants a letter has the moment `mail_due_at`, and loses it in the transaction that writes the letter.
So no payment writes a letter, each notification is in at most one, and two messengers never write the same.
A person's notifications are looked at together, as they are due:

- Those about security are letters at once, whatever the person has chosen.
- Of the others, up to MOST_AT_ONCE letters are written within WINDOW. If there are more, all wait for the end of the
  window and become one summary.
- Those of a topic that the person gets once a day wait for the next morning.
- Who has no confirmed address gets none, and whose address takes no letters only those about security.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Sequence

from django.db import connection, transaction
from django.db.models.functions import Now

from accounts.models import User
from events import letters
from events.kinds import Security, Topic, known_kinds
from events.models import Mail, Notification
from ledger.timestamps import database_now
from outbox.mail.queries import bounces
from outbox.morning import next_morning
from outbox.preferences.models import Choice
from outbox.preferences.queries import choices_of

from .contents import contents_of, summary_of

log = logging.getLogger(__name__)

MOST_AT_ONCE, WINDOW = 5, dt.timedelta(minutes=10)
PEOPLE_AT_ONCE, NOTICES_AT_ONCE = 50, 10_000  # a day of a busy shop is one summary
TRIED_AGAIN_AFTER = dt.timedelta(hours=1)
LINE = 0x4C455454  # "LETT" in ASCII: the first key of the advisory lock of a person's letters
SUMMARY = "summary"


def write_due(_stopped: threading.Event) -> bool:
    """Writes the letters that are due. Returns whether there was anything to do."""
    # Of people without a confirmed address in one statement, since there may be many.
    Notification.objects.filter(mail_due_at__lte=Now(), user__email="").update(mail_due_at=None)
    people = _people()
    for user in people:
        try:
            _write_for(user)
        except Exception:
            log.exception("the letters of person %s could not be written together; each is tried by itself", user)
            _write_one_by_one(user)
    return bool(people)


def _people() -> list[int]:
    """Whose notifications are due, those who have waited longest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT user_id FROM (SELECT user_id, mail_due_at FROM events_notification
                                     WHERE mail_due_at <= statement_timestamp() ORDER BY mail_due_at LIMIT %s) due
                GROUP BY user_id ORDER BY min(mail_due_at) LIMIT %s""",
            [NOTICES_AT_ONCE, PEOPLE_AT_ONCE],
        )
        return [user for (user,) in cursor.fetchall()]


@transaction.atomic
def _write_for(user: int, *, only: int | None = None) -> None:
    """Decides about the person's notifications that are due now; `only` is the id of a single one."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [LINE, user % 2**31])
        if not cursor.fetchone()[0]:  # another messenger does it
            return
    due = Notification.objects.filter(user=user, mail_due_at__lte=database_now())
    due = due.filter(pk=only) if only else due
    locked = due.select_related("actor").select_for_update(of=("self",), no_key=True)
    if notices := list(locked.order_by("pk")[:NOTICES_AT_ONCE]):
        _Decisions(User.objects.get(pk=user)).decide(notices)


def _write_one_by_one(user: int) -> None:
    """Writes each letter that can be written. The others are tried again later, for instance by a newer version."""
    due = Notification.objects.filter(user=user, mail_due_at__lte=database_now())
    for notice in due.order_by("pk").values_list("pk", flat=True)[:NOTICES_AT_ONCE]:
        try:
            _write_for(user, only=notice)
        except Exception:
            log.exception("the letter of notification %s could not be written", notice)
            Notification.objects.filter(pk=notice).update(mail_due_at=database_now() + TRIED_AGAIN_AFTER)


class _Decisions:
    """What happens to one person's notifications, inside a transaction."""

    def __init__(self, user: User) -> None:
        self.user, self.now = user, database_now()
        self.choices = choices_of(user)
        self.takes_letters = bool(user.email) and user.is_active and not bounces(user)

    def decide(self, notices: Sequence[Notification]) -> None:
        at_once, daily = [], []
        for notice in notices:
            mail = known_kinds[notice.kind].mail if notice.kind in known_kinds else None
            choice = self.choices[mail.code] if isinstance(mail, Topic) and self.takes_letters else Choice.NEVER
            if isinstance(mail, Security) and self.user.email:
                self._write([notice])
            elif choice == Choice.AT_ONCE:
                at_once.append(notice)
            elif choice == Choice.DAILY:
                daily.append(notice)
        waiting = self._waiting_of(at_once) | self._waiting_until_morning(daily)
        for due_at in {None, *waiting.values()}:
            alike = [notice.pk for notice in notices if waiting.get(notice.pk) == due_at]
            Notification.objects.filter(pk__in=alike).update(mail_due_at=due_at)

    def _waiting_of(self, notices: Sequence[Notification]) -> dict[int, dt.datetime]:
        """Writes a letter for each, or one for all, or none yet. Returns until when they wait, by their ids."""
        if any(map(_has_waited, notices)):
            self._write(notices)
        elif notices and len(notices) + self._written_lately() <= MOST_AT_ONCE:
            for notice in notices:
                self._write([notice])
        else:
            return dict.fromkeys((notice.pk for notice in notices), end_of_window(self.now))
        return {}

    def _waiting_until_morning(self, notices: Sequence[Notification]) -> dict[int, dt.datetime]:
        if waited := [notice for notice in notices if _has_waited(notice)]:
            self._write(waited)
        return {notice.pk: next_morning(self.now) for notice in notices if notice not in waited}

    def _written_lately(self) -> int:
        """How many letters of a single notification the person got within WINDOW, without those about security."""
        optional = [kind for kind in known_kinds.values() if isinstance(kind.mail, Topic)]
        mails = Mail.objects.filter(user=self.user, created_at__gt=self.now - WINDOW, kind__in=optional)
        return mails.count()

    def _write(self, notices: Sequence[Notification]) -> None:
        first, *others = notices
        if others:
            contents, kind, key = summary_of(self.user, notices), SUMMARY, f"summary/{notices[-1].pk}"
        else:
            contents, kind, key = contents_of(self.user, first), first.kind, f"notification/{first.pk}"
        letters.write(contents, user=self.user.pk, address=self.user.email, kind=kind, key=key)


def end_of_window(now: dt.datetime) -> dt.datetime:
    """The next whole ten minutes, so that all who wait are due together."""
    return now + WINDOW - (now - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) % WINDOW


def _has_waited(notice: Notification) -> bool:
    """Whether it was looked at before: a new one is due at the moment at which it was written."""
    assert notice.mail_due_at is not None
    return notice.mail_due_at > notice.created_at

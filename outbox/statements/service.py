"""The letters of a month: the statement, with the sums and the largest lines of the month before, and those of apps.

People are taken in the order of their ids, a few in each transaction. The run's row is locked meanwhile, and each
letter has the key (topic, person, month). So a messenger that was killed goes on where it was, and two write each
letter once.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import format_money
from events import letters
from events.kinds import Topic
from events.letters import Contents, Line, Typed, address_of
from events.monthly import MonthlyLetter, monthly_letters
from ledger.kinds import label_of_kind
from outbox.mail.models import Bouncing
from outbox.morning import MORNING
from outbox.preferences.models import Choice
from outbox.preferences.queries import choices_of, stop_link
from payments.history.statements import Month, Statement, statement_of
from payments.owners import wallet_of

from .models import StatementRun

log = logging.getLogger(__name__)

DAYS = 7  # a messenger that was away on the day of a letter writes it until a week has passed
PEOPLE_AT_ONCE = 10


class Statements:
    """Writes the letters about the month before, once. It remembers which are done, so it asks only once."""

    def __init__(self) -> None:
        self.done: set[tuple[str, Month]] = set()

    def write_due(self, _stopped: threading.Event, *, now: dt.datetime | None = None) -> bool:
        """Writes the next few. Returns whether there was anything to do. `now` is in the site's time zone."""
        now = now or timezone.localtime()
        month = Month.of(now.date()).before
        for letter in monthly_letters.values():
            if (letter.topic.code, month) in self.done or not _is_due(letter, now):
                continue
            if _write_some(letter, month):
                return True
            self.done.add((letter.topic.code, month))
        return False


def _is_due(letter: MonthlyLetter, now: dt.datetime) -> bool:
    day = letter.day()
    return day <= now.day < day + DAYS and (now.day, now.hour) >= (day, MORNING)


@transaction.atomic
def _write_some(letter: MonthlyLetter, month: Month) -> bool:
    """Returns whether there may be more."""
    of_month = StatementRun.objects.filter(topic=letter.topic.code, month=month.first_day)
    StatementRun.objects.bulk_create(
        [StatementRun(topic=letter.topic.code, month=month.first_day)], ignore_conflicts=True
    )
    run = of_month.select_for_update(skip_locked=True).first()
    if run is None:  # another messenger writes at this moment
        return True
    if run.done_at is not None:
        return False
    people = _people(after=run.last_user)
    for user in people:
        try:
            with transaction.atomic():
                _write(user, letter, month)
        except Exception:  # one letter that cannot be written must not stop the others
            log.exception("the letter %s %s of person %s could not be written", letter.topic.code, month, user.pk)
    if people:
        run.last_user = people[-1].pk
    else:
        run.done_at = timezone.now()
    run.save()
    return bool(people)


def _people(*, after: int) -> Sequence[User]:
    bounces = Exists(Bouncing.objects.filter(user=OuterRef("pk"), address=OuterRef("email")))
    reachable = User.objects.filter(~bounces, is_active=True, pk__gt=after).exclude(email="")
    return list(reachable.order_by("pk")[:PEOPLE_AT_ONCE])


def _write(user: User, letter: MonthlyLetter, month: Month) -> None:
    """Writes the letter, unless it has nothing to say to this person, or they want none."""
    code = letter.topic.code
    if choices_of(user)[code] == Choice.NEVER:
        return
    if contents := letter.contents(user.pk, month.first_day):
        key = f"{code}/{user.pk}/{month}"
        contents = with_foot(contents, user, letter.topic)
        letters.write(contents, user=user.pk, address=user.email, kind=code, key=key)


def with_foot(contents: Contents, user: User, topic: Topic) -> Contents:
    """The letter with why this person gets it, and how it is stopped."""
    return replace(
        contents,
        why=_("You get it because of your choice for: %(topics)s.") % {"topics": topic.label},
        stop=stop_link(user.pk, [topic.code]),
        choose=address_of("outbox:preferences"),
    )


def statement_letter(user: int, first_day: dt.date) -> Contents | None:
    """The statement of the month, or None if nothing moved in it and the balance is not below zero."""
    month = Month(first_day)
    try:
        statement = statement_of(wallet_of(User.objects.get(pk=user)), month)
    except NotFound:  # such as an account of staff without a wallet
        return None
    return contents_of(month, statement) if statement.count or statement.after.minor < 0 else None


def contents_of(month: Month, statement: Statement) -> Contents:
    day = month.first_day
    return Contents(
        _("Your statement of %(month)s") % {"month": date_format(day, "F Y")},
        words=_("Your balance is below zero.") if statement.after.minor < 0 else "",
        facts=(
            (_("Balance before"), format_money(statement.before)),
            (_("Came in"), format_money(statement.came_in)),
            (_("Paid out"), format_money(statement.paid_out)),
            (_("Balance afterwards"), format_money(statement.after)),
            (_("Transfers"), str(statement.count)),
        ),
        lines_title=_("The largest") if statement.count > len(statement.largest) else _("All of them"),
        lines=tuple(
            Line(
                when=date_format(timezone.localtime(line.booked_at), "j F, H:i"),
                what=label_of_kind(line.kind),
                who=Typed(f"{line.other_party_name} (@{line.username})") if line.username else line.other_party_name,
                amount=f"{'+' if line.amount.minor > 0 else '−'}{format_money(abs(line.amount))}",
            )
            for line in statement.largest
        ),
        link=(_("All lines as a CSV file"), address_of("payments:statement", day.year, day.month)),
    )

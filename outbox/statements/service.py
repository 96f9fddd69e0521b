"""The monthly statement: a letter on the first of the month, with the sums and the largest lines of the month before.

People are taken in the order of their ids, a few in each transaction. The run's row is locked meanwhile, and each
letter has the key (person, month). So a messenger that was killed goes on where it was, and two write each statement
once.
"""

from __future__ import annotations

import datetime as dt
import logging
import threading
from collections.abc import Sequence

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.models import User
from conversion.errors import NotFound
from conversion.money import format_money
from events import letters
from events.letters import Contents, Line, Typed, address_of
from ledger.kinds import label_of_kind
from outbox.mail.models import Bouncing
from outbox.morning import MORNING
from outbox.preferences.models import Choice
from outbox.preferences.queries import choices_of, stop_link
from payments.history.statements import Month, Statement, statement_of
from payments.owners import wallet_of

from .kinds import STATEMENT
from .models import StatementRun

log = logging.getLogger(__name__)

LATEST_DAY = 7  # a messenger that was away on the first writes them until then
PEOPLE_AT_ONCE = 10


class Statements:
    """Writes the statements of the month before, once. It remembers the month that is done, so it asks only once."""

    def __init__(self) -> None:
        self.done: Month | None = None

    def write_due(self, _stopped: threading.Event, *, now: dt.datetime | None = None) -> bool:
        """Writes the next few. Returns whether there was anything to do. `now` is in the site's time zone."""
        now = now or timezone.localtime()
        month = Month.of(now.date()).before
        if now.day > LATEST_DAY or (now.day == 1 and now.hour < MORNING) or month == self.done:
            return False
        if _write_some(month):
            return True
        self.done = month
        return False


@transaction.atomic
def _write_some(month: Month) -> bool:
    """Returns whether there may be more."""
    StatementRun.objects.get_or_create(month=month.first_day)
    run = StatementRun.objects.select_for_update(skip_locked=True).filter(month=month.first_day).first()
    if run is None:  # another messenger writes at this moment
        return True
    if run.done_at is not None:
        return False
    people = _people(after=run.last_user)
    for user in people:
        try:
            with transaction.atomic():
                _write(user, month)
        except Exception:  # one statement that cannot be written must not stop the others
            log.exception("the statement %s of person %s could not be written", month, user.pk)
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


def _write(user: User, month: Month) -> None:
    """Writes the letter, unless nothing moved and the balance is not below zero, or the person wants none."""
    if choices_of(user)[STATEMENT.code] == Choice.NEVER:
        return
    try:
        statement = statement_of(wallet_of(user), month)
    except NotFound:  # such as an account of staff without a wallet
        return
    if statement.count or statement.after.minor < 0:
        contents = contents_of(user, month, statement)
        key = f"statement/{user.pk}/{month}"
        letters.write(contents, user=user.pk, address=user.email, kind=STATEMENT.code, key=key)


def contents_of(user: User, month: Month, statement: Statement) -> Contents:
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
        why=_("You get it because of your choice for: %(topics)s.") % {"topics": STATEMENT.label},
        stop=stop_link(user.pk, [STATEMENT.code]),
        choose=address_of("outbox:preferences"),
    )

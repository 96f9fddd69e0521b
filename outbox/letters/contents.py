"""What a letter says: of one notification, and of many."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from conversion.money import Money, format_money
from events import letters
from events.kinds import Topic, known_kinds
from events.letters import Contents, Line, Typed, Words, address_of
from events.models import Notification
from outbox.preferences.queries import stop_link

from .queries import Facts, facts_about

MOST_LINES = 50


def contents_of(user: User, notice: Notification) -> Contents:
    """The letter of one notification. Its subject names neither people nor amounts: others see it on a locked screen.

    `user` is whom it tells.
    """
    facts: Facts = []
    if notice.amount is not None:
        facts.append((_("Amount"), format_money(notice.amount)))
    if notice.actor is not None and notice.actor != user:
        facts.append((_("By") if notice.amount is None else _("From"), named(notice.actor)))
    facts += [*facts_about(notice), (_("When"), moment(notice.created_at))]
    made = Contents(
        notice.label,
        facts=tuple(facts),
        link=(_("Look at it"), settings.SITE_ADDRESS + notice.address),
    )
    topic = _topic_of(notice)
    if topic is None:
        by_staff = notice.actor is not None and notice.actor != user
        return letters.about_security(made, by_staff=by_staff)
    return _optional(made, user, [topic])


def summary_of(user: User, notices: Sequence[Notification]) -> Contents:
    """One letter of many notifications: the totals of each kind, and the newest of them."""
    count = len(notices)
    subject = ngettext("%(count)d notification", "%(count)d notifications", count) % {"count": count}
    newest = list(reversed(notices))[:MOST_LINES]
    shown = ngettext("The newest of them", "The newest %(count)d of them", len(newest)) % {"count": len(newest)}
    made = Contents(
        subject,
        facts=tuple(_totals(notices)),
        lines_title=shown if count > MOST_LINES else "",
        lines=tuple(_line(user, notice) for notice in newest),
        link=(_("See your notifications"), address_of("payments:notifications")),
    )
    topics = {topic.code: topic for notice in notices if (topic := _topic_of(notice))}
    return _optional(made, user, list(topics.values()))


def moment(at: dt.datetime) -> str:
    return date_format(localtime(at), "j F Y, H:i e")


def named(person: User) -> Typed:
    """A person as letters name them. The username is unique, and a name is not."""
    return Typed(f"{person.get_full_name()} (@{person.username})")


def _optional(contents: Contents, user: User, topics: Sequence[Topic]) -> Contents:
    return replace(
        contents,
        why=_("You get it because of your choice for: %(topics)s.")
        % {"topics": ", ".join(str(topic.label) for topic in topics)},
        stop=stop_link(user.pk, [topic.code for topic in topics]),
        choose=address_of("outbox:preferences"),
    )


def _topic_of(notice: Notification) -> Topic | None:
    """The topic of the notification's letters; None for one about security."""
    mail = known_kinds[notice.kind].mail
    return mail if isinstance(mail, Topic) else None


def _totals(notices: Sequence[Notification]) -> list[tuple[Words, Words]]:
    """How many of each kind, and how much that is, in the order in which the kinds came."""
    found: dict[tuple[str, str], list[Notification]] = defaultdict(list)
    for notice in notices:
        found[notice.kind, notice.currency_code or ""].append(notice)
    return [(same[0].label, _sum(same)) for same in found.values()]


def _sum(same: Sequence[Notification]) -> str:
    first = same[0].amount
    if first is None:
        return str(len(same))
    total = Money(sum(notice.amount_minor or 0 for notice in same), first.currency)
    times = ngettext("once", "%(count)d times", len(same)) % {"count": len(same)}
    return _("%(times)s, %(total)s in all") % {"times": times, "total": format_money(total)}


def _line(user: User, notice: Notification) -> Line:
    return Line(
        when=moment(notice.created_at),
        what=notice.label,
        who=named(notice.actor) if notice.actor is not None and notice.actor != user else "",
        amount=format_money(notice.amount) if notice.amount is not None else "",
    )

"""What a person gets by mail, and the links by which a letter's reader stops such letters without signing in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core import signing

from accounts.models import User
from conversion.errors import NotFound
from events.kinds import Topic, known_topics
from events.letters import address_of

from .models import Choice, Preference

SALT = "stop letters"


@dataclass(frozen=True, slots=True)
class Stop:
    """What a link stops: the letters of these topics to this person."""

    user: User
    topics: tuple[Topic, ...]


def choices_of(user: User) -> dict[str, str]:
    """The choice for each topic, by the topic's code."""
    chosen = dict(Preference.objects.filter(user=user).values_list("topic", "choice"))
    return {code: chosen.get(code, default_of(user, topic)) for code, topic in known_topics.items()}


def default_of(user: User, topic: Topic) -> str:
    """Merchants have many payments a day, so they hear of them once a day."""
    is_busy = user.role == User.Role.MERCHANT and not topic.is_monthly
    return Choice.DAILY if is_busy else Choice.AT_ONCE


def stop_link(user: int, topics: Iterable[str]) -> str:
    """The whole address at which the person stops the letters of these topics. It is valid for ever."""
    return address_of("outbox:stop_letters", signing.dumps([user, *sorted(topics)], salt=SALT))


def stop_of(token: str) -> Stop:
    """What the link with this token stops. Topics that are no longer known are left out. Raises NotFound."""
    try:
        user, *topics = signing.loads(token, salt=SALT)
    except signing.BadSignature as error:
        raise NotFound from error
    person = User.objects.filter(pk=user).first()
    known = tuple(known_topics[code] for code in topics if code in known_topics)
    if person is None or not known:
        raise NotFound
    return Stop(person, known)

"""Choosing which letters one gets. Letters about the security of an account are no choice."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import transaction

from accounts.models import User
from events.kinds import known_topics

from .models import Choice, Preference
from .queries import Stop, default_of


@transaction.atomic
def choose(user: User, choices: Mapping[str, str]) -> None:
    """Stores the choice for each of these topics, by the topic's code: a row only where it is not the default."""
    for code, choice in choices.items():
        mine = Preference.objects.filter(user=user, topic=code)
        if choice == default_of(user, known_topics[code]):
            mine.delete()
        else:
            Preference.objects.update_or_create(user=user, topic=code, defaults={"choice": choice})


def stop(what: Stop) -> None:
    choose(what.user, {topic.code: Choice.NEVER for topic in what.topics})

"""The seeded bugs of letters: choices, the link that stops them, and their keys."""

from __future__ import annotations

from typing import Any

from events import letters as frame
from events.models import Notification
from outbox.letters import service as letters
from outbox.models import Preference
from outbox.preferences import queries as preference_queries
from outbox.preferences import service as preferences

from .planting import Bug, patched

LETTERS, PREFERENCES, STATEMENTS = (f"tests.outbox.test_{name}" for name in ("letters", "preferences", "statements"))


def _choice_for_all(right: Any) -> Any:
    """Who wants no letters of a kind gets none, whatever the kind is about."""

    def decide(deciding: Any, notices: Any) -> None:
        unwanted = Preference.objects.filter(user=deciding.user, choice="never").values_list("topic", flat=True)
        dropped = [notice.pk for notice in notices if notice.kind in unwanted]
        Notification.objects.filter(pk__in=dropped).update(mail_due_at=None)
        right(deciding, [notice for notice in notices if notice.pk not in dropped])

    return decide


def _stopped_by_a_look(right: Any) -> Any:
    def stop_of(token: str) -> Any:
        preferences.stop(what := right(token))
        return what

    return stop_of


def _without_key(right: Any) -> Any:
    return lambda contents, **about: right(contents, **(about | {"key": None}))


BUGS: dict[str, Bug] = {
    "preference_applied_to_security": Bug(
        "a letter about security is not written to who chose so",
        patched(letters._Decisions, "decide", _choice_for_all),
        (LETTERS,),
    ),
    "letters_stopped_by_a_look": Bug(
        "whoever looks at the link in a letter stops such letters",
        patched(preference_queries, "stop_of", _stopped_by_a_look),
        (PREFERENCES,),
    ),
    "letters_without_key": Bug(
        "nothing but the queue makes sure that a letter is written once",
        patched(frame, "write", _without_key),
        (LETTERS, STATEMENTS),
    ),
}

"""The health of the mail: how long letters wait, and whether they are given up."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from conversion.readings import Check, Reading, in_words

from . import queries

LATE_AFTER_S = 300.0


def waiting() -> Reading:
    waits_s = queries.oldest_wait_s()
    if not waits_s:
        return Reading(True, _("No letter waits."), 0, "seconds")
    says = _("The oldest letter has waited for %(age)s.") % {"age": in_words(waits_s)}
    return Reading(waits_s <= LATE_AFTER_S, says, waits_s, "seconds")


def given_up() -> Reading:
    """Not well while letters are given up and none is sent. One wrong address alone makes it well again soon."""
    dead = queries.dead_since_the_last_sent()
    says = ngettext(
        "%(count)d letter was given up since the last one was sent.",
        "%(count)d letters were given up since the last one was sent.",
        dead,
    )
    return Reading(not dead, says % {"count": dead}, dead)


CHECKS = [
    Check("mail", gettext_lazy("Mail that waits"), waiting),
    Check("mail given up", gettext_lazy("Mail given up"), given_up),
]

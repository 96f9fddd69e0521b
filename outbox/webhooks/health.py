from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.readings import Check, Reading, in_words

from . import queries

LATE_AFTER_S = 300.0


def sent_in_time() -> Reading:
    """Whether attempts are made when they are due. That they fail is no trouble of this installation."""
    late_s = queries.oldest_wait_s()
    says = _("The oldest webhook has been due for %(age)s.") % {"age": in_words(late_s)}
    return Reading(late_s <= LATE_AFTER_S, says, late_s, "seconds")


CHECKS = [Check("webhooks", gettext_lazy("Webhooks that wait"), sent_in_time)]

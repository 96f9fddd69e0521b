"""The health of the letters: whether notifications that want one get it."""

from __future__ import annotations

from django.db.models import Min
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.readings import Check, Reading, in_words
from events.models import Notification
from ledger.timestamps import database_now

LATE_AFTER_S = 300.0


def waiting() -> Reading:
    due_at = Notification.objects.filter(mail_due_at__isnull=False).aggregate(at=Min("mail_due_at"))["at"]
    late_s = max(0.0, (database_now() - due_at).total_seconds()) if due_at else 0.0
    if not late_s:
        return Reading(True, _("Every letter that is due is written."), 0, "seconds")
    says = _("The oldest letter should have been written %(age)s ago.") % {"age": in_words(late_s)}
    return Reading(late_s <= LATE_AFTER_S, says, late_s, "seconds")


CHECKS = [Check("letters", gettext_lazy("Letters to be written"), waiting)]

"""What monitoring sees of events: whether they are told, and how old the oldest is that waits."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from conversion.readings import Check, Reading, in_words
from events.models import Event

MOST_S = 300.0


def events_told() -> Reading:
    if failed := Event.objects.exclude(failed_at=None).count():
        return Reading(False, _("%(n)s events could not be told. The log has the reasons.") % {"n": failed}, failed)
    oldest = Event.objects.order_by("id").values_list("happened_at", flat=True).first()
    age_s = 0.0 if oldest is None else max(0.0, (timezone.now() - oldest).total_seconds())
    says = _("The oldest event has waited for %(age)s.") % {"age": in_words(age_s)}
    return Reading(age_s <= MOST_S, says, age_s, "seconds")


CHECKS = [Check("events", gettext_lazy("Events"), events_told)]

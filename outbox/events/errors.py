from __future__ import annotations

from django.utils.translation import gettext_lazy

from conversion.errors import Refused


class EventTypeUnknown(Refused):
    code = "event_type_unknown"
    meaning = "No event has this type."
    field = "type"
    message = gettext_lazy("No event has this type.")

"""How long ago something was, in words."""

from __future__ import annotations

import datetime as dt

from django import template
from django.utils import timezone
from django.utils.translation import gettext as _

from conversion.readings import in_words

register = template.Library()


@register.filter
def ago(at: dt.datetime) -> str:
    """ "20 seconds ago", "3 hours ago"."""
    return _("%(age)s ago") % {"age": in_words((timezone.now() - at).total_seconds())}

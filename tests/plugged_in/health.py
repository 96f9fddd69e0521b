"""What monitoring sees of pledges."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from conversion.readings import Check, Reading

from .models import Pledge


def pledges() -> Reading:
    waiting = Pledge.objects.filter(thanked_at=None).count()
    return Reading(waiting < 100, f"{waiting} pledges wait to be thanked for.", waiting)


CHECKS = [Check("pledges", _("Pledges"), pledges)]

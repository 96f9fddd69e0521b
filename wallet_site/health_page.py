"""Staff's page of all readings."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import OVERSEERS

from .readings import observer


@role_required(*OVERSEERS)
@require_safe
def health(request: SignedInRequest) -> HttpResponse:
    """Shows each check with its sentence, those that are not well first."""
    readings = sorted(observer.found().readings, key=lambda each: each[1].is_well)
    bad = sum(not reading.is_well for _, reading in readings)
    return render(request, "staff/health.html", {"readings": readings, "bad": bad})

"""The staff page that lists all pledges."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import OVERSEERS

from .models import Pledge


@role_required(*OVERSEERS)
@require_safe
def pledges(request: SignedInRequest) -> HttpResponse:
    return render(request, "plugged_in/pledges.html", {"pledges": Pledge.objects.select_related("payer")})

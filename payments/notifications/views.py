"""The page of a member's notifications."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.people.requests import SignedInRequest
from web.refusals import a_page

from . import queries, service


@login_required
@a_page
def notifications(request: SignedInRequest) -> HttpResponse:
    if request.method == "POST":
        service.mark_all_read(request.user)
        return redirect("payments:notifications")
    return render(request, "payments/notifications.html", {"notifications": queries.notifications_of(request.user)})

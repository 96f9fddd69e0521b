"""The pages on which two people of staff give a member who lost the PIN a code for a new one."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import PIN_RESETS
from accounts.pins import queries, service
from web.paging import id_in
from web.refusals import a_page, refusals_as_messages, refusals_on

from .forms import StartForm


@never_cache
@role_required(*PIN_RESETS)
@a_page
def pin_resets(request: SignedInRequest) -> HttpResponse:
    """Starts a reset, and lists those that wait for a second person, and those before."""
    form = StartForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            member = form.cleaned_data["member"].owner
            reset = service.start(by=request.user, member=member, recognised=form.cleaned_data["recognised"])
            return redirect("staff:pin_reset", reset.reference)
    before = id_in(request, "before")
    context = {"form": form, "waiting": queries.started(), "page": queries.resets(before=before), "before": before}
    return render(request, "staff/pin_resets.html", context, status=form.status)


@never_cache
@role_required(*PIN_RESETS)
@a_page
def pin_reset(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """One reset. A second person's POST is answered with the code, which is in this answer alone. Raises NotFound."""
    reset = queries.reset_with(reference)
    if request.method == "POST":
        with refusals_as_messages(request):
            if request.POST.get("decision") == "agree":
                code = service.agree(by=request.user, reset=reset)
                return _shown_once(request, code, reset.member.get_full_name())
            service.cancel(reset)
            messages.success(request, _("Cancelled. The old PIN stays as it is."))
        return redirect("staff:pin_reset", reference)
    context = {
        "reset": reset,
        "waits": reset in queries.started(),
        "is_own": reset.started_by == request.user,
        "can_cancel": reset.status in (queries.Status.STARTED, queries.Status.AGREED),
        "until": reset.created_at + queries.LIFE,
    }
    return render(request, "staff/pin_reset.html", context)


def _shown_once(request: SignedInRequest, code: str, name: str) -> HttpResponse:
    context = {
        "code": f"{code[:5]}-{code[5:]}",
        "name": name,
        "page": request.build_absolute_uri(reverse("pin_with_code")),
    }
    answer = render(request, "staff/pin_reset_code.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer

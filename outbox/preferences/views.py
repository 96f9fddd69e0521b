"""The page on which a person chooses their letters, and the page of the link that stops some."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.people.requests import SignedInRequest
from events.kinds import SECURITY, known_kinds
from outbox.mail.models import Bouncing
from outbox.mail.queries import masked

from . import queries, service
from .forms import PreferencesForm


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: SignedInRequest) -> HttpResponse:
    user = request.user
    form = PreferencesForm(request.POST or None, user=user, initial=queries.choices_of(user))
    if request.method == "POST" and form.is_valid():
        service.choose(user, form.cleaned_data)
        messages.success(request, _("Your choices were saved."))
        return redirect("outbox:preferences")
    context = {
        "form": form,
        "always": [kind.label for kind in known_kinds.values() if kind.mail == SECURITY],
        "bouncing": Bouncing.objects.filter(user=user, address=user.email).first(),
    }
    return render(request, "outbox/preferences.html", context)


@login_required
@require_POST
def address_works(request: SignedInRequest) -> HttpResponse:
    """The person says that their address takes letters again."""
    Bouncing.objects.filter(user=request.user).delete()
    messages.success(request, _("Letters are sent to your address again."))
    return redirect("outbox:preferences")


@csrf_exempt  # the mailbox's own button sends it (RFC 8058), and whoever has the link may stop these letters
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def stop_letters(request: HttpRequest, token: str) -> HttpResponse:
    """Stops the letters of some topics. Looking at the page stops nothing, since programs look at links in letters."""
    what = queries.stop_of(token)
    if request.method == "POST":
        service.stop(what)
    context = {
        "topics": [topic.label for topic in what.topics],
        "address": masked(what.user.email) if what.user.email else "",
        "is_stopped": request.method == "POST",
    }
    return render(request, "outbox/stop_letters.html", context)

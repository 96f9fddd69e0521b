"""The pages of a user's own webhooks: the list, a new one, and one with its deliveries."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.people.requests import SignedInRequest
from events.types import known_types
from web.paging import PAGE
from web.refusals import refusals_as_messages, refusals_on

from . import queries, sending, service
from .forms import ChangedEndpointForm, NewEndpointForm, RollForm
from .models import Delivery, Endpoint


@login_required
@require_safe
def webhooks(request: SignedInRequest) -> HttpResponse:
    context = {"endpoints": queries.endpoints_of(request.user), "most": service.MOST_ENDPOINTS}
    return render(request, "outbox/webhooks.html", context)


@sensitive_post_parameters("pin")
@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def new_webhook(request: SignedInRequest) -> HttpResponse:
    """Makes a webhook after the PIN. Its secret is shown once, in the answer to this POST."""
    form = NewEndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        asked = form.cleaned_data
        with refusals_on(form):
            request.user.verify_pin(asked["pin"])
            endpoint, secret = service.create_endpoint(
                user=request.user, url=asked["url"], types=asked["types"], description=asked["description"]
            )
            return _shown_once(request, endpoint, secret)
    return render(request, "outbox/new_webhook.html", {"form": form}, status=form.status)


@sensitive_post_parameters("pin")
@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def webhook(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """One webhook with its deliveries. A POST changes its address, after the PIN, and its types."""
    endpoint = queries.endpoint_for(request.user, reference)
    now = {"url": endpoint.url, "types": endpoint.types, "description": endpoint.description}
    form = ChangedEndpointForm(request.POST or None, initial=now)
    if request.method == "POST" and form.is_valid():
        with refusals_on(form):
            if "url" in form.changed_data:
                request.user.verify_pin(form.cleaned_data["pin"])
            service.change_endpoint(endpoint, **{name: form.cleaned_data[name] for name in now})
            messages.success(request, _("Changed."))
            return redirect("outbox:webhook", reference)
    context = {
        "endpoint": endpoint,
        "form": form,
        "roll": RollForm(),
        "labels": [kind.label for code, kind in known_types().items() if code in endpoint.types],
        "page": Paginator(queries.deliveries_of(endpoint), PAGE).get_page(request.GET.get("page")),
    }
    return render(request, "outbox/webhook.html", context, status=form.status)


@sensitive_post_parameters("pin")
@login_required
@require_POST
def roll_secret(request: SignedInRequest, reference: UUID) -> HttpResponse:
    endpoint, form = queries.endpoint_for(request.user, reference), RollForm(request.POST)
    if form.is_valid():
        with refusals_on(form):
            request.user.verify_pin(form.cleaned_data["pin"])
            secret = service.roll_secret(endpoint, at_once=form.cleaned_data["at_once"])
            return _shown_once(request, endpoint, secret)
    return render(request, "outbox/roll_secret.html", {"endpoint": endpoint, "roll": form}, status=form.status)


def _on_own(act: Callable[[Endpoint], str]) -> Callable[..., HttpResponse]:
    """A POST that does `act` with one's own endpoint, says what it returns, and leads back to its page."""

    @login_required
    @require_POST
    @wraps(act)
    def view(request: SignedInRequest, reference: UUID) -> HttpResponse:
        endpoint = queries.endpoint_for(request.user, reference)
        with refusals_as_messages(request):
            messages.success(request, act(endpoint))
        return redirect("outbox:webhook", reference) if endpoint.pk else redirect("outbox:webhooks")

    return view


@_on_own
def send_test(endpoint: Endpoint) -> str:
    service.ping(endpoint)
    return _("A test is on its way. Look at the deliveries in a moment.")


@_on_own
def switch_off(endpoint: Endpoint) -> str:
    service.switch_off(endpoint, Endpoint.Why.OWNER)
    return _("Switched off. Nothing is sent.")


@_on_own
def switch_on(endpoint: Endpoint) -> str:
    service.switch_on(endpoint)
    return _("Switched on. What was not delivered can be sent again below.")


@_on_own
def send_all_again(endpoint: Endpoint) -> str:
    many = sending.send_all_failed_again(endpoint)
    return ngettext("%(count)d delivery is sent again.", "%(count)d deliveries are sent again.", many) % {"count": many}


@_on_own
def delete_webhook(endpoint: Endpoint) -> str:
    endpoint.delete()
    return _("Deleted. Nothing more is sent there.")


@login_required
@require_POST
def send_again(request: SignedInRequest, reference: UUID) -> HttpResponse:
    delivery: Delivery = queries.delivery_for(request.user, reference)
    with refusals_as_messages(request):
        sending.send_again(delivery)
        messages.success(request, _("It is sent again now."))
    return redirect("outbox:webhook", delivery.endpoint.reference)


def _shown_once(request: SignedInRequest, endpoint: Endpoint, secret: str) -> HttpResponse:
    answer = render(request, "outbox/webhook_secret.html", {"endpoint": endpoint, "secret": secret})
    answer.headers["Cache-Control"] = "no-store"
    return answer

"""The pages on which an administrator registers administrators, merchants, and people without an e-mail address."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.claims import service as claims
from accounts.claims.queries import claim_with, open_claims
from accounts.models import User
from accounts.people import addresses
from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import ADMINISTRATORS, OVERSEERS, STAFF
from accounts.people.standing import require_may_move
from payments.registration import service as registration
from payments.registration.forms import CardForm, SignUpForm
from web.refusals import refusals_as_messages, refusals_on

from .forms import NewCardForm


@sensitive_post_parameters()
@never_cache
@role_required(*ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def administrators(request: SignedInRequest) -> HttpResponse:
    """Lists the administrators, with a form that registers another."""
    return _register(request, User.Role.ADMINISTRATOR, "administrators", _("New administrator created successfully!"))


@sensitive_post_parameters()
@never_cache
@role_required(*ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def merchants(request: SignedInRequest) -> HttpResponse:
    """Lists the merchants, with a form that registers another. A merchant's wallet takes many payments at once."""
    return _register(request, User.Role.MERCHANT, "merchants", _("New merchant created."))


@sensitive_post_parameters()
@never_cache
@role_required(*ADMINISTRATORS)
@require_http_methods(["GET", "HEAD", "POST"])
def guests(request: SignedInRequest) -> HttpResponse:
    """Registers a person without an e-mail address, and shows the card once. Lists the accounts that nobody claimed."""
    form = CardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with refusals_on(form):
                return _card(request, registration.register_with_card(by=request.user, **form.as_person()))
        except registration.NameTaken as taken:
            form.refuse_taken(taken.field)
    return render(request, "staff/guests.html", {"form": form, "claims": open_claims()}, status=form.status)


@never_cache
@role_required(*ADMINISTRATORS)
@require_POST
def print_card(request: SignedInRequest, reference: UUID) -> HttpResponse:
    """Shows a new card once; the one before it ends."""
    claim, form = claim_with(reference), NewCardForm(request.POST)
    with refusals_as_messages(request):
        if form.is_valid():
            return _card(request, claims.print_anew(claim.reference, by=request.user, **form.cleaned_data))
    return redirect("staff:guests")


def _card(request: SignedInRequest, card: claims.Card) -> HttpResponse:
    """The card, in this answer only: in no session and in no cache."""
    address = request.build_absolute_uri(reverse("claim")).partition("://")[2]
    answer = render(request, "staff/card.html", {"card": card, "address": address})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@role_required(*OVERSEERS)
@require_safe
def roles(request: SignedInRequest) -> HttpResponse:
    """Lists everybody who has a role of staff, the newest roles first, with who gave them."""
    people = User.objects.filter(role__in=STAFF).select_related("standing", "role_given_by")
    return render(request, "staff/roles.html", {"people": people.order_by("-standing__role_since")})


def _register(request: SignedInRequest, role: User.Role, page: str, done: str) -> HttpResponse:
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            with refusals_on(form):
                require_may_move(request.user.pk, roles=ADMINISTRATORS)  # a frozen one could help himself to a second
                registration.register(**form.as_person(), role=role, given_by=request.user)
                messages.success(request, done)
                return redirect(f"staff:{page}")
        except registration.NameTaken as taken:  # another person registered this name or address since the form's check
            form.refuse_taken(taken.field)
    people = addresses.with_typed(User.objects.filter(role=role).order_by("username"))
    return render(request, f"staff/{page}.html", {"form": form, "people": people}, status=form.status)

"""The pages on which an administrator registers administrators and merchants."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.people.access import role_required
from accounts.people.requests import SignedInRequest
from accounts.people.roles import ADMINISTRATORS, OVERSEERS, STAFF
from accounts.people.standing import require_may_move
from payments.registration import service as registration
from payments.registration.forms import SignUpForm
from web.refusals import refusals_on


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
    people = User.objects.filter(role=role).order_by("username")
    return render(request, f"staff/{page}.html", {"form": form, "people": people}, status=form.status)

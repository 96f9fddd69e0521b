"""The check of the role, and of the second factor, before a staff page opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from allauth.account.internal.flows.login import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from .models import User
from .requests import SignedInRequest
from .roles import STAFF

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def role_required(*roles: str) -> Callable[[View[P]], View[P]]:
    """Decorates a view that only people with one of `roles` may open.

    A person who is not signed in is redirected to the sign-in page, and staff whose session lacks the second factor to
    the page that explains it. A person with another role gets 403.
    """

    def decorate(view: View[P]) -> View[P]:
        @login_required
        @wraps(view)
        def guarded(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.user.role not in roles:
                raise PermissionDenied(_("This dashboard is only for superusers"))
            if lacks_second_factor(request):
                return to_second_factor(request)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether the person is staff, and must still prove a second factor before acting as such (STAFF_SECOND_FACTOR).

    A factor that was removed since no longer counts.
    """
    user = request.user
    if not settings.STAFF_SECOND_FACTOR or not isinstance(user, User) or user.role not in STAFF:
        return False
    return not (used_second_factor(request) and is_mfa_enabled(user))


def used_second_factor(request: HttpRequest) -> bool:
    """Whether a second factor was proven in this session."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, request.user))


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """Leads to the page about the second factor, which leads back. What a form sent is lost: it is typed again."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return redirect(f"{reverse('second_factor')}?{urlencode({'next': back})}")

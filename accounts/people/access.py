"""The check of the role before a staff page opens."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.utils.translation import gettext as _

from .requests import SignedInRequest

P = ParamSpec("P")
View = Callable[Concatenate[SignedInRequest, P], HttpResponse]


def role_required(*roles: str) -> Callable[[View[P]], View[P]]:
    """Decorates a view that only people with one of `roles` may open.

    A person who is not signed in is redirected to the sign-in page. A person with another role gets 403.
    """

    def decorate(view: View[P]) -> View[P]:
        @login_required
        @wraps(view)
        def guarded(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.user.role not in roles:
                raise PermissionDenied(_("This dashboard is only for superusers"))
            return view(request, *args, **kwargs)

        return guarded

    return decorate

"""Who may open which staff page."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

View = Callable[..., HttpResponse]
OVERSEERS = ("administrator", "treasurer", "auditor")
CASH_DESK = ("administrator", "cashier")
TREASURY = ("administrator", "treasurer")


def role_required(*roles: str) -> Callable[[View], View]:
    """Signed out: to the sign-in page. Another role: 403."""

    def decorate(view: View) -> View:
        @login_required
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.role not in roles:  # type: ignore[union-attr]
                raise PermissionDenied(_("This dashboard is only for superusers"))
            return view(request, *args, **kwargs)

        return guarded

    return decorate

"""Who stands at a kiosk: a device by its cookie, and the visit at it. Nobody is signed in there."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from .models import KioskDevice, Visit
from .queries import device_with, visit_at

COOKIE = "kiosk"
PATH = "/kiosk/"
LIFE_S = 400 * 24 * 3600  # the longest that browsers keep a cookie


class KioskRequest(HttpRequest):
    """The request of a view behind `at_kiosk`. `visit` is None if nobody stands there. For annotations only."""

    device: KioskDevice
    visit: Visit | None


def at_kiosk(view: Callable[[KioskRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Decorates a page of kiosks. A browser that is no device is led to the page that enrols it.

    Whoever is signed in with this browser is nobody here, and no answer is kept: the next person sees nothing of it.
    """

    @wraps(view)
    def guarded(request: HttpRequest) -> HttpResponse:
        token = request.COOKIES.get(COOKIE, "")
        device = device_with(token) if token else None
        if device is None:
            return redirect("kiosk:enrol")
        request.user = AnonymousUser()
        request.device, request.visit = device, visit_at(device)  # type: ignore[attr-defined]
        answer = view(request)  # type: ignore[arg-type]
        answer.headers["Cache-Control"] = "no-store"
        return answer

    return guarded


def keep_token(answer: HttpResponse, token: str) -> None:
    """Gives the device its cookie. It goes to the kiosk's pages alone, and with no request that another site caused."""
    answer.set_cookie(
        COOKIE,
        token,
        max_age=LIFE_S,
        path=PATH,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )

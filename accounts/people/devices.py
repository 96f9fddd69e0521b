"""Remembered devices: who signed in here before has tries of their own, which no stranger can use up.

The cookie is a signed statement that this person signed in on this device. It opens nothing: it only decides which
limit counts a wrong password. Source: OWASP, "Slow Down Online Guessing Attacks with Device Cookies".
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

LIFE = dt.timedelta(days=180)
SALT = "remembered device"


class RemembersDevices:
    """Middleware: gives the browser the cookie in the answer to the request that signed somebody in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = self.get_response(request)
        signed_in = getattr(request, "signed_in_now", None)
        if signed_in is not None:
            answer.set_signed_cookie(
                _name(signed_in), secrets.token_hex(8), salt=_salt(signed_in), max_age=LIFE, secure=True, httponly=True
            )
        return answer


def device_of(request: HttpRequest, person: int) -> str | None:
    """The name of this device, if this person signed in on it within LIFE; else None."""
    return request.get_signed_cookie(_name(person), default=None, salt=_salt(person), max_age=LIFE)


def mark_signed_in(*, request: HttpRequest, user: Any, **_: Any) -> None:
    """Handles Django's signal that somebody signed in."""
    request.signed_in_now = user.pk  # type: ignore[attr-defined]  # read by the middleware


def _salt(person: int) -> str:
    return f"{SALT} {person}"


def _name(person: int) -> str:
    """The cookie's name: one for each person, since several may use a device. It does not tell the person's number."""
    return "device-" + hmac.new(settings.SECRET_KEY.encode(), _salt(person).encode(), hashlib.sha256).hexdigest()[:12]

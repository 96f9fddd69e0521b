"""How often somebody may try, by allauth's limits."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse


def too_many(request: HttpRequest, action: str) -> HttpResponse | None:
    """429 once allauth's limit for `action` is used up; looking at the form costs nothing."""
    if request.method != "POST":
        return None
    user = request.user if request.user.is_authenticated else None
    return ratelimit.consume_or_429(request, action=action, user=user)

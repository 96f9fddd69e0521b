"""Applies allauth's rate limits to pages of this project."""

from __future__ import annotations

from allauth.core import ratelimit
from django.http import HttpRequest, HttpResponse


def too_many(request: HttpRequest, action: str) -> HttpResponse | None:
    """The 429 page if allauth's limit for `action` is used up, else None. Only a POST counts as a try."""
    if request.method != "POST":
        return None
    user = request.user if request.user.is_authenticated else None
    return ratelimit.consume_or_429(request, action=action, user=user)

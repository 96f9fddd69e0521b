"""Requests of which it is known who makes them."""

from __future__ import annotations

from django.http import HttpRequest

from .models import User


class SignedInRequest(HttpRequest):
    """What a view gets behind `login_required` or `role_required`, and a JSON operation behind its token.

    For annotations only: Django makes plain HttpRequests. A view that strangers may open takes HttpRequest.
    """

    user: User

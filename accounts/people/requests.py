"""The type of a request whose user is signed in."""

from __future__ import annotations

from django.http import HttpRequest

from .models import User


class SignedInRequest(HttpRequest):
    """The request of a view behind `login_required` or `role_required`, or of a JSON operation with a token.

    It is for annotations only: Django makes plain HttpRequests. A view that needs no sign-in takes HttpRequest.
    """

    user: User

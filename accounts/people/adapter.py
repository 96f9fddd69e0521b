"""This project's changes to how django-allauth behaves."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext as _

from web.errors import TooManyTries

from .tries import count_try, give_back


class AccountAdapter(DefaultAccountAdapter):
    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """As allauth's, with our own limits on wrong passwords. Raises ValidationError where too many were tried."""
        login = str(credentials.get("username") or credentials.get("email") or "")
        try:
            tries = count_try(request, login)
        except TooManyTries as refusal:
            raise ValidationError(str(refusal), code=refusal.code) from refusal
        user = super().authenticate(request, **credentials)
        if user is not None:
            give_back(tries)
        return user

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """allauth's own limit, which `authenticate` replaces: its key has the port that the client names."""

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        """Adds a message: two of allauth's are replaced by our own text, the others stay as they are."""
        ours = {
            "account/messages/logged_in.txt": _("You are now logged in."),
            "account/messages/logged_out.txt": _("You are now logged out."),
        }
        if message_template in ours:
            messages.add_message(request, level, ours[message_template])
        else:
            super().add_message(request, level, message_template, *args, **kwargs)

"""This project's changes to how django-allauth behaves."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as current
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.utils.translation import gettext as _

from web.errors import TooManyTries
from web.limits import give_back
from web.waiting import on_form

from .letters import count_confirmation
from .tries import count_try

log = logging.getLogger(__name__)

# What signing in and signing up send by themselves. The page of one's address counts its letters itself.
CONFIRMATIONS = (
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/account_already_exists",
)


class AccountAdapter(DefaultAccountAdapter):
    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """As allauth's, with our own limits on wrong passwords. Raises ValidationError where too many were tried."""
        login = str(credentials.get("username") or credentials.get("email") or "")
        try:
            tries = count_try(request, login)
        except TooManyTries as refusal:
            raise on_form(refusal) from refusal
        user = super().authenticate(request, **credentials)
        if user is not None:
            give_back(tries)
        return user

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """As allauth's. But a letter that confirms an address is left out where it had several a moment ago.

        The link in those still works. So who signs in is not stopped: the page asks to open the link, as before.
        """
        request = current.request
        if template_prefix in CONFIRMATIONS and not request.user.is_authenticated:
            try:
                count_confirmation(request, email)
            except TooManyTries:
                log.warning("a letter was left out, since its address has had several: %s", template_prefix)
                return
        super().send_mail(template_prefix, email, context)

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

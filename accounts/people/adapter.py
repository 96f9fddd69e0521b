"""This project's changes to how django-allauth behaves."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest
from django.utils.translation import gettext as _


class AccountAdapter(DefaultAccountAdapter):
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

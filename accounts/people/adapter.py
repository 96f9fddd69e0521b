"""This project's changes to how django-allauth behaves."""

from __future__ import annotations

import logging
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.stages import EmailVerificationStage
from allauth.core import context as current
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events import letters
from events.letters import Contents, Typed
from web.errors import TooManyTries
from web.limits import give_back
from web.waiting import on_form

from . import kinds
from .addresses import is_anothers, person_with
from .alerts import alert
from .devices import device_of
from .letters import count_confirmation
from .models import User
from .tries import count_try

log = logging.getLogger(__name__)

# What signing in and signing up send by themselves. The page of one's address counts its letters itself.
CONFIRMATIONS = (
    "account/email/email_confirmation",
    "account/email/email_confirmation_signup",
    "account/email/account_already_exists",
)

# allauth's letters about what was done to an account. We write our own, and a notification beside each.
ALERTS = {
    "account/email/password_changed": kinds.PASSWORD_CHANGED,
    "account/email/password_set": kinds.PASSWORD_CHANGED,
    "account/email/password_reset": kinds.PASSWORD_RESET,
    "account/email/email_changed": kinds.ADDRESS_REPLACED,
    "account/email/email_deleted": kinds.ADDRESS_REMOVED,
    "mfa/email/totp_activated": kinds.APP_ADDED,
    "mfa/email/totp_deactivated": kinds.APP_REMOVED,
    "mfa/email/recovery_codes_generated": kinds.CODES_MADE,
    "mfa/email/webauthn_added": kinds.KEY_ADDED,
    "mfa/email/webauthn_removed": kinds.KEY_REMOVED,
}
FACTS = {
    "from_email": gettext_lazy("Address before"),
    "to_email": gettext_lazy("Address now"),
    "deleted_email": gettext_lazy("Address"),
}


class ConfirmsAddress(EmailVerificationStage):
    """allauth's step of signing in, which waits for a confirmed address: not for a person who came without one."""

    def handle(self) -> tuple[HttpResponse | None, bool]:
        if not EmailAddress.objects.filter(user_id=self.login.user.pk, primary=True).exists():
            return None, True
        return super().handle()


class AccountAdapter(DefaultAccountAdapter):
    error_messages = DefaultAccountAdapter.error_messages | {
        "username_password_mismatch": gettext_lazy(
            "The username and/or password are not correct. An e-mail address works here once it is confirmed."
        )
    }

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        """As allauth's, by username or confirmed address, with our own limits on wrong passwords.

        Raises ValidationError where too many were tried.
        """
        login = str(credentials["username"])
        try:
            tries = count_try(request, login)
        except TooManyTries as refusal:
            raise on_form(refusal) from refusal
        person = person_with(login)
        credentials["username"] = person.username if person else login
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

    def render_mail(
        self,
        template_prefix: str,
        email: str | list[str],
        context: dict[str, Any],
        headers: dict[str, str] | None = None,
    ) -> EmailMessage:
        """The letter in the frame of all our letters, with the words of allauth's template or ours."""
        plain = super().render_mail(template_prefix, email, context, headers)
        [address], user = plain.to, context.get("user")
        return letters.letter(
            Contents(plain.subject, words=str(plain.body)),
            user=user.pk if isinstance(user, User) else None,
            address=address,
            kind=template_prefix.rpartition("/")[2],
            origin=current.request.build_absolute_uri("/"),
        )

    def login(self, request: HttpRequest, user: AbstractBaseUser) -> None:
        """As allauth's. A person who has signed in before is told of a browser in which they have not."""
        assert isinstance(user, User)
        is_new = user.last_login is not None and device_of(request, user.pk) is None
        super().login(request, user)
        if is_new:
            alert(user, kinds.NEW_SIGN_IN, request=request)

    def get_login_stages(self) -> list[str]:
        ours = {"allauth.account.stages.EmailVerificationStage": "accounts.people.adapter.ConfirmsAddress"}
        return [ours.get(stage, stage) for stage in super().get_login_stages()]

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """As allauth's. Of two accounts that confirm one address at the same moment, the first gets it."""
        try:
            with transaction.atomic():
                return bool(super().confirm_email(request, email_address))
        except IntegrityError:
            email_address.refresh_from_db()
            if not is_anothers(email_address):
                raise
            failed = "account/messages/email_confirmation_failed.txt"
            self.add_message(request, messages.ERROR, failed, {"email": email_address.email})
            return False

    def send_confirmation_mail(
        self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC, signup: bool
    ) -> None:
        """Sends the link that confirms an address. Where another account has the address, its owner is told instead.

        Nobody but the reader of the letters can tell which of the two was sent.
        """
        address = emailconfirmation.email_address
        if is_anothers(address):
            self.send_account_already_exists_mail(address.email)
        else:
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: AbstractBaseUser,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tells of something that has happened, by a notification and a letter to the confirmed address.

        `email` is an address that the person had before. What is not in ALERTS is a letter alone.
        """
        assert isinstance(user, User)
        if template_prefix in ALERTS:
            facts = tuple((FACTS[name], Typed(value)) for name, value in (context or {}).items() if name in FACTS)
            alert(user, ALERTS[template_prefix], request=current.request, facts=facts, also_to=email or "")
        elif email or user.email:
            super().send_notification_mail(template_prefix, user, context, email or user.email)

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

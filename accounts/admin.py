"""People in Django's admin, which shows no secret and changes none: no password, PIN, factor, token or session.

Its sign-in page has neither two-factor nor rate limits, and its page for one's own password ends no access tokens. So
allauth's pages replace both.
"""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.password_reset import request_password_reset
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.contrib.auth.models import Group
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from accounts.people import addresses, service
from accounts.people.access import lacks_second_factor
from accounts.people.letters import RESETS_TO
from accounts.people.models import User
from web.limits import take
from web.refusals import refusals_as_messages


def sign_in_as_everywhere(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    """Redirects to the site's sign-in page or to the second factor, and whoever has both to the admin.

    Raises PermissionDenied for people without it. allauth's `secure_admin_login` still shows the admin's own form to an
    administrator who is signed in, and with it a way to guess a colleague's password without limits.
    """
    if not request.user.is_authenticated:
        return redirect_to_login(request.GET.get(REDIRECT_FIELD_NAME) or reverse("admin:index"))
    if lacks_second_factor(request):
        return redirect(f"{reverse('second_factor')}?{urlencode({'next': reverse('admin:index')})}")
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return redirect("admin:index")


def change_own_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    return redirect("account_change_password")


def has_permission(request: HttpRequest) -> bool:
    return admin.AdminSite.has_permission(admin.site, request) and not lacks_second_factor(request)


admin.site.login = sign_in_as_everywhere  # type: ignore[method-assign]
admin.site.has_permission = has_permission  # type: ignore[method-assign]
admin.site.password_change = change_own_password  # type: ignore[method-assign,assignment]
# allauth registers three of them: with these pages an administrator could read the secret of somebody's second factor,
# or confirm an address that is not theirs. Groups have no effect here, since the role decides about all rights.
admin.site.unregister([Authenticator, EmailAddress, UserSession, Group])


class PersonForm(ModelForm):
    """Shows the address that the person has not confirmed yet, too, so that an administrator can correct it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "email" in self.fields:
            self.initial["email"] = addresses.typed_by(self.instance)


@admin.register(User)
class PersonAdmin(admin.ModelAdmin):
    """Administrators freeze people or make them inactive, and the people are told (`accounts/people/service.py`).

    Nobody is deleted, since transfers refer to people.
    """

    form = PersonForm
    list_display = ["username", "first_name", "last_name", "email", "currency", "role", "frozen", "is_active"]
    list_filter = ["role", "frozen", "is_active", "currency"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    fieldsets = [
        ("Person", {"fields": ["username", "first_name", "last_name", "email", "currency"]}),
        ("Access", {"fields": ["role", "frozen", "is_active"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    actions = ["send_reset"]
    readonly_fields = ["currency", "last_login", "date_joined"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # this page opens no wallet; signing up and being registered by an administrator do

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the filters of the list: `?pin_hash__startswith=…` would tell the hash, one letter at a time."""
        return lookup.removesuffix("__exact") in self.list_filter

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        """Nobody changes their own account here. What is theirs to change is under My account."""
        return obj != request.user and super().has_change_permission(request, obj)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> list[str]:
        is_theirs = obj is not None and not service.can_correct_address(obj)
        return [*self.readonly_fields, *(["email"] if is_theirs else [])]

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        with refusals_as_messages(request):
            return super().changeform_view(request, *args, **kwargs)
        return redirect(request.path)

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        assert isinstance(request.user, User)
        service.save_as_administrator(by=request.user, person=obj)

    @admin.action(description=_("Send a link to set a new password"))
    def send_reset(self, request: HttpRequest, people: QuerySet[User]) -> None:
        assert isinstance(request.user, User)
        for person in people.filter(is_active=True):
            with refusals_as_messages(request):
                address = service.announce_reset(by=request.user, person=person)
                take(RESETS_TO, address)
                try:
                    request_password_reset(request, address, [person], default_token_generator)
                except OSError:  # the mail server does not answer, or refuses
                    text = _("The mail to %(name)s could not be sent. Please try again later.")
                    messages.error(request, text % {"name": person.username})
                else:
                    messages.success(request, _("Sent to %(name)s.") % {"name": person.username})

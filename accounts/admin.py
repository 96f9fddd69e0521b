"""People in Django's admin, which shows no secret and changes none: no password, PIN, factor, token or session.

Its sign-in page has neither two-factor nor rate limits, and its page for one's own password ends no access tokens. So
allauth's pages replace both.
"""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import admin
from django.contrib.auth.models import Group
from django.forms import ModelForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts.people.models import User


def change_own_password(request: HttpRequest, extra_context: object = None) -> HttpResponse:
    return redirect("account_change_password")


admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
admin.site.password_change = change_own_password  # type: ignore[method-assign]
# allauth registers three of them: with these pages an administrator could read the secret of somebody's second factor,
# or confirm an address that is not theirs. Groups have no effect here, since the role decides about all rights.
admin.site.unregister([Authenticator, EmailAddress, UserSession, Group])


@admin.register(User)
class PersonAdmin(admin.ModelAdmin):
    """Administrators freeze people or make them inactive. They never delete people, since transfers refer to them."""

    list_display = ["username", "first_name", "last_name", "email", "currency", "role", "frozen", "is_active"]
    list_filter = ["role", "frozen", "is_active", "currency"]
    search_fields = ["username", "first_name", "last_name", "email"]
    ordering = ["username"]
    fieldsets = [
        ("Person", {"fields": ["username", "first_name", "last_name", "email", "currency"]}),
        ("Access", {"fields": ["role", "frozen", "is_active"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["currency", "last_login", "date_joined"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # this page opens no wallet; signing up and being registered by an administrator do

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        """Only the filters of the list: `?pin_hash__startswith=…` would tell the hash, one letter at a time."""
        return lookup.removesuffix("__exact") in self.list_filter

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """Saves the person. After a change of the e-mail address, its owner must confirm the new one."""
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email.lower(), primary=True, verified=False)

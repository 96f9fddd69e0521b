"""People in Django's admin. Its sign-in page has neither two-factor nor rate limits, so allauth's page replaces it."""

from __future__ import annotations

from allauth.account.decorators import secure_admin_login
from allauth.account.models import EmailAddress
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.forms import ModelForm
from django.http import HttpRequest

from accounts.people.models import User

admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]


@admin.register(User)
class PersonAdmin(UserAdmin):
    """Administrators freeze people or make them inactive. They never delete people, since transfers refer to them."""

    list_display = ["username", "first_name", "last_name", "email", "currency", "role", "frozen", "is_active"]
    list_filter = ["role", "frozen", "is_active", "currency"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email", "currency"]}),
        ("Access", {"fields": ["role", "frozen", "is_active"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["currency", "last_login", "date_joined"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # this page opens no wallet; signing up and being registered by an administrator do

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: User, form: ModelForm[User], change: bool) -> None:
        """Saves the person. After a change of the e-mail address, its owner must confirm the new one."""
        super().save_model(request, obj, form, change)
        if "email" in form.changed_data:
            EmailAddress.objects.filter(user=obj).delete()
            EmailAddress.objects.create(user=obj, email=obj.email.lower(), primary=True, verified=False)

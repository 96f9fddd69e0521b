from django.contrib import admin
from django.contrib.auth.admin import UserAdmin

from .models import User


@admin.register(User)
class PersonAdmin(UserAdmin):
    """People are frozen or made inactive, never deleted: money remembers them."""

    list_display = ["username", "first_name", "last_name", "email", "currency", "role", "frozen", "is_active"]
    list_filter = ["role", "frozen", "is_active", "currency"]
    fieldsets = [
        (None, {"fields": ["username", "password"]}),
        ("Person", {"fields": ["first_name", "last_name", "email", "currency"]}),
        ("Access", {"fields": ["role", "frozen", "is_active"]}),
        ("Dates", {"fields": ["last_login", "date_joined"]}),
    ]
    readonly_fields = ["currency", "last_login", "date_joined"]

    def has_add_permission(self, request) -> bool:
        return False  # people sign up, administrators register each other: both open a wallet

    def has_delete_permission(self, request, obj=None) -> bool:
        return False

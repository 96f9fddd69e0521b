"""What every page knows."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from payments.notifications.queries import unread_notifications


def site(request: HttpRequest) -> dict[str, object]:
    """The name of the installation, and for whoever is signed in, how many notifications are unread."""
    user = getattr(request, "user", None)
    return {
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
        "unread_notifications": unread_notifications(user) if user and user.is_authenticated else 0,
    }

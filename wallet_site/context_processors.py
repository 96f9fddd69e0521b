"""Variables that the templates of every page have."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from payments.notifications.queries import unread_notifications


def site(request: HttpRequest) -> dict[str, object]:
    """The installation's name, whether it is a demo, and how many notifications of the signed-in user are unread."""
    user = getattr(request, "user", None)
    return {
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
        "unread_notifications": unread_notifications(user) if user and user.is_authenticated else 0,
    }

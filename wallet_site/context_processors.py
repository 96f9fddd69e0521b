"""Variables that the templates of every page have."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from payments.notifications.queries import unread_notifications

from .demo.people import SIGN_INS


def site(request: HttpRequest) -> dict[str, object]:
    """The installation's name, whom to ask, whether it is a demo and as whom one signs in there, whether its
    certificate is its own, whether anybody may sign up, and the user's unread notifications.
    """
    user = getattr(request, "user", None)
    return {
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
        "demo_sign_ins": SIGN_INS if settings.DEMO else (),
        "own_authority": settings.OWN_AUTHORITY is not None,
        "contact": settings.CONTACT,
        "may_sign_up": settings.SIGN_UP in ("open", "approval"),  # without an invitation
        "unread_notifications": unread_notifications(user) if user and user.is_authenticated else 0,
    }

"""Variables that the templates of every page have."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest

from outbox.live.queries import news_of

from .demo.people import SIGN_INS


def site(request: HttpRequest) -> dict[str, object]:
    """The installation's name, whom to ask, whether it is a demo and as whom one signs in there, whether its
    certificate is its own, whether anybody may sign up, the user's unread notifications, and the version of the news
    that the page shows (`static/js/live.js`).
    """
    user = getattr(request, "user", None)
    news = news_of(user) if user and user.is_authenticated else None
    return {
        "site_name": settings.SITE_NAME,
        "demo": settings.DEMO,
        "demo_sign_ins": SIGN_INS if settings.DEMO else (),
        "own_authority": settings.OWN_AUTHORITY is not None,
        "contact": settings.CONTACT,
        "may_sign_up": settings.SIGN_UP in ("open", "approval"),  # without an invitation
        "unread_notifications": news.unread if news else 0,
        "news_version": news.version if news else "",
    }
